// Opens an HTML report in headless Chromium and uses it as a person does: with a pointer and with the
// keyboard. Fails where a box does not open, where the page is wider than its window, where anything
// is loaded besides the page, or where the console has something to say.
//
//     evenkeel plan --simulator --format html > plan.html
//     node tests/browser/report.mjs plan.html [pictures/plan]
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const page = pathToFileURL(resolve(process.argv[2])).href;
const picture = process.argv[3];
const profile = mkdtempSync(join(tmpdir(), "report-"));
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const browser = spawn(
  process.env.CHROMIUM ?? "chromium",
  [...flags, "--remote-debugging-pipe", `--user-data-dir=${profile}`],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);

const answers = new Map();
const requests = [];
const problems = [];
let last = 0;
let loaded;
const isLoaded = new Promise((done) => (loaded = done));
let unread = "";
browser.stdio[4].on("data", (data) => {
  const messages = (unread + data).split("\0");
  unread = messages.pop();
  messages.map((message) => JSON.parse(message)).forEach(take);
});

function take({ id, method, params, result, error }) {
  if (id) return answers.get(id)(error ? Promise.reject(new Error(error.message)) : result);
  if (method === "Page.loadEventFired") loaded();
  if (method === "Network.requestWillBeSent") requests.push(params.request.url);
  if (/^(Log.entryAdded|Runtime.consoleAPICalled|Runtime.exceptionThrown)$/.test(method)) {
    problems.push(params);
  }
}

function send(method, params = {}, sessionId = undefined) {
  const id = ++last;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((done) => answers.set(id, done));
}

async function use() {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const tab = (method, params) => send(method, params, sessionId);
  const ask = async (expression) =>
    (await tab("Runtime.evaluate", { expression, returnByValue: true, userGesture: true })).result.value;
  const resize = (width) =>
    tab("Emulation.setDeviceMetricsOverride", {
      width, height: 900, deviceScaleFactor: 1, mobile: false,
    });

  for (const domain of ["Log", "Runtime", "Network", "Page"]) await tab(`${domain}.enable`);
  await resize(1300);
  await tab("Page.navigate", { url: page });
  await isLoaded;

  await ask("window.box = document.querySelector('details.card:not([open])')");
  assert.ok(await ask("Boolean(box)"), "the report has no closed box");
  const [x, y] = await ask(
    "box.scrollIntoView(), (({ x, y }) => [x + 40, y + 12])(box.firstElementChild.getBoundingClientRect())",
  );
  for (const type of ["mousePressed", "mouseReleased"]) {
    await tab("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }
  assert.ok(await ask("box.open"), "a click does not open a box");
  assert.ok(await ask("box.querySelector('.inside').checkVisibility()"), "its inside is hidden");

  await ask("box.firstElementChild.focus()");
  const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
  for (const type of ["keyDown", "keyUp"]) await tab("Input.dispatchKeyEvent", { type, ...key });
  assert.ok(!(await ask("box.open")), "Enter does not close a box");

  assert.ok(!(await ask("Boolean(document.querySelector('.same[open]'))")), "a list of what stays is open");
  for (const at of (await ask("[...document.querySelectorAll('.risks a')].map((_, at) => at)")) ?? []) {
    await ask(`window.link = document.querySelectorAll('.risks a')[${at}], link.click()`);
    // The browser opens what it scrolls to in a task of its own.
    await new Promise((done) => setTimeout(done, 50));
    const shown = await ask("document.querySelector(link.hash).checkVisibility()");
    assert.ok(shown, "a link of what to look at first does not open its box");
  }
  if (picture) await photograph(tab, resize);

  await ask("document.querySelectorAll('details').forEach((box) => (box.open = true))");
  for (const width of [1400, 400]) {
    await resize(width);
    const inner = await ask("document.documentElement.scrollWidth");
    assert.ok(inner <= width, `at ${width} pixels the page is ${inner} wide`);
  }
  const loaded = requests.filter((url) => url.split("#")[0] !== page);
  assert.deepEqual(loaded, [], "something else is loaded");
  assert.deepEqual(problems, [], "the console has something to say");
}

// Keeps pictures of the page, narrow and wide, light and dark.
async function photograph(tab, resize) {
  for (const width of [400, 1400]) {
    for (const value of ["light", "dark"]) {
      await tab("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
      await resize(width);
      const { data } = await tab("Page.captureScreenshot", { captureBeyondViewport: true });
      writeFileSync(`${picture}-${width}-${value}.png`, Buffer.from(data, "base64"));
    }
  }
}

const tooLong = setTimeout(() => {
  console.error("the browser does not answer");
  process.exit(1);
}, 60_000);
try {
  await use();
  console.log(`${process.argv[2]}: opens, by pointer and by keyboard, and loads nothing`);
} finally {
  clearTimeout(tooLong);
  browser.kill();
  await new Promise((done) => browser.once("close", done));
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
