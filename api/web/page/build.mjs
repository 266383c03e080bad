// Makes dist: one script, not minified, and what stands beside it. The same source gives the same bytes.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const bytesMost = 150_000, bytesMostPacked = 45_000;

mkdirSync("dist", { recursive: true });
await build({
  entryPoints: ["src/app.tsx"],
  outfile: "dist/app.js",
  bundle: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  jsx: "automatic",
  jsxImportSource: "preact",
});
for (const file of ["index.html", "style.css", "icon.svg"]) copyFileSync(`src/${file}`, `dist/${file}`);
let bytes = 0, packed = 0;
for (const file of ["app.js", "index.html", "style.css", "icon.svg"]) {
  const text = readFileSync(`dist/${file}`);
  bytes += text.length;
  packed += gzipSync(text, { level: 9 }).length;
}
console.log(`dist: ${bytes} bytes, ${packed} packed`);
if (bytes > bytesMost || packed > bytesMostPacked) {
  console.error(`dist is larger than ${bytesMost} bytes, ${bytesMostPacked} packed`);
  process.exit(1);
}
