import { XMLParser } from 'fast-xml-parser';

/** One XML element with its children in order: the dialplan is a program, so order is meaning. */
export interface XmlElement { name: string; attributes: Readonly<Record<string, string>>; children: readonly XmlElement[] }

type Raw = Record<string, unknown>;
const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false, processEntities: true, trimValues: true });

export function parseXml(text: string): XmlElement[] { return elements(parser.parse(text) as Raw[]); }

function elements(list: Raw[]): XmlElement[] {
  return list.flatMap((entry) => {
    const name = Object.keys(entry).find((key) => key !== ':@' && key !== '#text' && !key.startsWith('?'));
    if (!name) return [];
    const inner = entry[name];
    return [{ name, attributes: (entry[':@'] ?? {}) as Record<string, string>, children: Array.isArray(inner) ? elements(inner as Raw[]) : [] }];
  });
}

export function child(element: XmlElement | undefined, name: string, attributes: Record<string, string> = {}): XmlElement | undefined {
  return element?.children.find((each) => each.name === name && Object.entries(attributes).every(([key, value]) => each.attributes[key] === value));
}

/** `<param name= value=/>` below `parent/settings` or directly below. */
export function paramsOf(element: XmlElement | undefined, tag = 'param'): Map<string, string> {
  const values = new Map<string, string>();
  for (const each of element?.children ?? []) if (each.name === tag) values.set(each.attributes['name'] ?? '', each.attributes['value'] ?? '');
  return values;
}
