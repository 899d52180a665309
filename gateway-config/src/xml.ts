/** Small builder for the switch's XML: attributes are escaped once, here, and nowhere else. */

export type Attributes = Readonly<Record<string, string | number | boolean>>;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Text for an attribute. @throws Error on a control character, which XML cannot carry. */
export function escapeXml(value: string): string {
  if (CONTROL.test(value)) throw new Error('a control character cannot stand in XML');
  return value.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

/** One element; children are lines that are already XML. */
export function element(name: string, attributes: Attributes = {}, children: readonly string[] = []): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`).join('');
  if (children.length === 0) return `<${name}${head}/>`;
  return `<${name}${head}>\n${children.map(indent).join('\n')}\n</${name}>`;
}

/** `<param name= value=/>` lines. */
export function params(values: Attributes): string[] {
  return Object.entries(values).map(([name, value]) => element('param', { name, value }));
}

/** `<configuration name="x.conf"><settings>…` */
export function settings(name: string, values: Attributes, more: readonly string[] = []): string {
  return element('configuration', { name }, [element('settings', {}, params(values)), ...more]);
}

function indent(text: string): string { return text.split('\n').map((line) => ` ${line}`).join('\n'); }
