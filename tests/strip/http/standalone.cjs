// Servers that frameworks write to run alone, beside the packages that they were built from; and `next start` on the same.
"use strict";

const page = (text) => `${text}\n`;
const files = {
  "next.config.js": page("module.exports = { output: process.env.ALONE ? 'standalone' : undefined, eslint: undefined, images: { remotePatterns: [] }, i18n: undefined, async rewrites() { return [{ source: '/old', destination: '/api/hello' }]; }, async redirects() { return [{ source: '/gone', destination: '/', permanent: false }]; }, ...(process.env.HOOK ? { experimental: { instrumentationHook: true } } : {}) };"),
  "instrumentation.js": page("export async function register() { if (process.env.NEXT_RUNTIME === 'nodejs') { const { default: pino } = await import('pino'); globalThis.log = pino({ level: 'silent' }); } }"),
  "middleware.js": page("import { NextResponse } from 'next/server';\nexport function middleware(request) { const answer = NextResponse.next(); answer.headers.set('x-mid', '1'); return request.nextUrl.pathname === '/shut' ? new NextResponse('shut', { status: 403 }) : answer; }\nexport const config = { matcher: ['/((?!_next).*)'] };"),
  "app/layout.js": page("import './all.css';\nexport const metadata = { title: 'A' };\nexport default function L({ children }) { return <html><body>{children}</body></html>; }"),
  "app/all.css": "p { color: red }\n",
  "app/page.js": page("import Image from 'next/image';\nimport Link from 'next/link';\nimport { marked } from 'marked';\nimport Count from './count';\nexport const dynamic = 'force-dynamic';\nexport default function P() { return <main><p dangerouslySetInnerHTML={{ __html: marked('# a') }} /><p>{String(Boolean(globalThis.log))}</p><Image src=\"/a.png\" width={16} height={16} alt=\"a\" /><Count /><Link href=\"/deep/1\">d</Link></main>; }"),
  "app/count.js": page("'use client';\nimport { useState } from 'react';\nimport { format } from 'date-fns';\nexport default function C() { const [n, set] = useState(0); return <button onClick={() => set(n + 1)}>{n} {format(new Date(0), 'yyyy')}</button>; }"),
  "app/deep/[id]/page.js": page("export const revalidate = 60;\nexport async function generateStaticParams() { return [{ id: '1' }]; }\nexport default async function P({ params }) { const { id } = await params; return <p>{id}</p>; }"),
  "app/notes/page.js": page("import fs from 'node:fs';\nimport path from 'node:path';\nimport matter from 'gray-matter';\nexport const dynamic = 'force-dynamic';\nexport default function P() { const { data } = matter(fs.readFileSync(path.join(process.cwd(), 'content', 'a.md'), 'utf8')); return <p>{data.t}</p>; }"),
  "content/a.md": "---\nt: title\n---\nx\n",
  "app/fail/page.js": page("export const dynamic = 'force-dynamic';\nexport default function P() { throw new Error('x'); }"),
  "app/error.js": page("'use client';\nexport default function E() { return <p>e</p>; }"),
  "app/not-found.js": page("export default function N() { return <p>none</p>; }"),
  "app/api/hello/route.js": page("import { z } from 'zod';\nexport function GET(request) { const found = z.object({ a: z.string().optional() }).safeParse(Object.fromEntries(new URL(request.url).searchParams)); return Response.json(found); }"),
  "app/api/hash/route.js": page("import bcrypt from 'bcryptjs';\nexport const runtime = 'nodejs';\nexport const dynamic = 'force-dynamic';\nexport async function GET() { return Response.json(await bcrypt.compare('a', await bcrypt.hash('a', 4))); }"),
  "app/edge/route.js": page("export const runtime = 'edge';\nexport function GET() { return new Response('edge'); }"),
  "pages/old-page.js": page("import Head from 'next/head';\nexport async function getServerSideProps() { const { default: _ } = await import('lodash'); return { props: { a: _.camelCase('a b') } }; }\nexport default function P({ a }) { return <><Head><title>o</title></Head><p>{a}</p></>; }"),
  "pages/static-page.js": page("export async function getStaticProps() { return { props: { a: 1 }, revalidate: 1 }; }\nexport default function P({ a }) { return <p>{a}</p>; }"),
  "pages/api/old.js": page("export default function handler(q, r) { r.status(200).json({ a: q.query.a || null }); }"),
  "public/a.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
};
const icon = "node -e \"require('fs').writeFileSync('public/a.png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'))\"";
const urls = ["/", "/deep/1", "/deep/2", "/notes", "/fail", "/api/hello?a=1", "/api/hash", "/edge", "/old", "/gone", "/shut", "/old-page", "/static-page", "/api/old?a=b", "/none", "/a.svg", "/_next/image?url=%2Fa.png&w=16&q=75", "/_next/image?url=%2Fa.png&w=640&q=75"];

const next = (version, react, { hook, packages = [], config, more = {} } = {}) => ["alone", "start"].map((kind) => ({
  name: `standalone-next-${version}-${kind}`, seconds: 120, loose: true, urls,
  npm: [`next@${version}`, `react@${react}`, `react-dom@${react}`, "sharp@0.33", "marked@12", "zod@3", "bcryptjs@2", "lodash@4", "date-fns@3", "gray-matter@4", "pino@9", ...packages],
  start: kind === "alone" ? "HOSTNAME=127.0.0.1 node .next/standalone/server.js" : "next start --port $PORT",
  build: [icon, `export NEXT_TELEMETRY_DISABLED=1 ${kind === "alone" ? "ALONE=1" : ""} ${hook ? "HOOK=1" : ""}; next build${kind === "alone" ? " && cp -r public content .next/standalone/ && cp -r .next/static .next/standalone/.next/" : ""}`],
  env: hook ? { HOOK: "1", NEXT_TELEMETRY_DISABLED: "1" } : { NEXT_TELEMETRY_DISABLED: "1" },
  files: {
    Procfile: `web: ${kind === "alone" ? "node .next/standalone/server.js" : "next start --port $PORT"}\n`, ...files, ...(config ? { "next.config.js": config } : {}), ...more,
    "package.json": { name: `a-next-${version.split(".")[0]}`, version: "1.0.0", private: true, scripts: { build: "next build", start: "node .next/standalone/server.js" } },
  },
}));

module.exports = [
  ...next("13.5.11", "18", { hook: true }),
  ...next("14.2.35", "18", { hook: true }),
  ...next("15.5.9", "19"),
  ...next("16.0.10", "19", { config: files["next.config.js"].replace("eslint: undefined", "serverExternalPackages: ['pino', 'thread-stream']") }),
];
