// Chromium for stories and benches: one browser, a context a person.
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrerequisites } from '../prerequisites.mjs';

export const launchBrowser = () => chromium.launch({ executablePath: ensurePrerequisites().chromium, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic', '--disable-gpu', '--autoplay-policy=no-user-gesture-required', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
const SIZES = { admin: { width: 1366, height: 768 }, agent: { width: 1366, height: 768 }, mobile: { width: 390, height: 844 } };
const PATHS = { admin: '/admin/', agent: '/agent/', mobile: '/m/' };

/** A person at a front end: signs in by typing, as people do. Collects page errors; `problems()` names them. */
export async function openAs(browser, product, front, login, options = {}) {
  const context = await browser.newContext({ viewport: options.viewport ?? SIZES[front], locale: 'zh-CN', timezoneId: 'Asia/Shanghai', permissions: ['geolocation', 'camera', 'microphone', 'notifications'], geolocation: { latitude: 45.7567, longitude: 126.6424, accuracy: 20 }, hasTouch: front === 'mobile', isMobile: front === 'mobile', acceptDownloads: true, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const problems = [];
  page.on('crash', () => problems.push(`${login}: the page crashed`));
  page.on('pageerror', (error) => problems.push(`${login}: ${error.message}`));
  page.on('console', (message) => { if (message.type() === 'error' && !/Failed to load resource|net::ERR|WebSocket connection|ERR_INTERNET_DISCONNECTED/.test(message.text())) problems.push(`${login}: ${message.text().slice(0, 300)}`); });
  await page.goto(product.base + PATHS[front], { waitUntil: 'domcontentloaded' });
  await page.locator('input[name="login"], input[autocomplete="username"]').first().fill(login);
  await page.locator('input[type="password"]').first().fill(options.password ?? product.password);
  await page.locator('button[type="submit"], button:has-text("登录")').first().click();
  await page.locator('input[type="password"]').first().waitFor({ state: 'detached', timeout: 15000 });
  return { page, context, problems: () => problems };
}
/** Keeps a picture when RONGHU_SHOTS names a folder. */
export async function shot(page, name) {
  const dir = process.env.RONGHU_SHOTS;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  await page.waitForTimeout(350); // Element Plus transitions
  await page.screenshot({ path: join(dir, `${name}.png`) });
}
