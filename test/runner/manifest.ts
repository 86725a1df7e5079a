import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** What a manifest says of one input or output. */
export type Fields = Readonly<Record<string, string>>;
/** A manifest by section and entry. */
export type Manifest = Readonly<Record<string, Readonly<Record<string, Fields>>>>;

/** Reads the few shapes of YAML that our manifests keep to: nested maps of one-line scalars, and lists. */
export function readManifest(file: string): Manifest {
	const manifest: Record<string, Record<string, Record<string, string>>> = {};
	let section = "";
	let entry = "";
	let list = "";
	for (const line of readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").split("\n")) {
		if (line === "" || line.startsWith("#")) continue;
		const [, indent = "", key = "", value = ""] = /^( *)([\w-]+):(?: (.*))?$/.exec(line) ?? [];
		const item = /^ {6}- (.*)$/.exec(line)?.[1];
		const fields = manifest[section]?.[entry];
		if (item !== undefined && fields !== undefined) {
			fields[list] = [fields[list], scalar(item)].filter(Boolean).join(" ");
		} else if (indent === "") {
			section = key;
			manifest[section] = {};
		} else if (indent === "  ") {
			entry = key;
			manifest[section] = { ...manifest[section], [entry]: {} };
		} else if (indent === "    " && fields !== undefined) {
			list = key;
			fields[key] = scalar(value);
		} else {
			assert.match(line, /^ {6}type: string$/, `${file}: ${line}`);
		}
	}
	return manifest;
}

const scalar = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);
