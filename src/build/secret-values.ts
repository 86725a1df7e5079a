import { csvFields } from "./csv.ts";
import type { BuildInputs } from "./inputs.ts";

/** Everything the workflow gave that can carry a credential. */
export type SecretSources = Readonly<{
	build?: BuildInputs | undefined;
	/** The entries of `cache-from` and `cache-to`. */
	cacheEntries: readonly string[];
	env: NodeJS.ProcessEnv;
}>;

const SECRET_ATTRIBUTE = /secret|token|passw|access_key|account_key|credential|api_?key/i;

/** Shorter lines (a brace, `fi`) are no secret by themselves, and masking them would blot out the log. */
const SHORTEST_LINE = 4;

/** Every string that must not be readable in a log, without repetitions. */
export function maskable(sources: SecretSources): readonly string[] {
	const { build, env } = sources;
	const values = [
		...(build?.secrets.map((secret) => secret.value) ?? []),
		...(build?.secretEnvs.map((secret) => env[secret.env] ?? "") ?? []),
		...[...sources.cacheEntries, ...(build?.outputs ?? [])].flatMap(credentialsOfEntry),
		...(build === undefined ? [] : credentialsOfUrl(build.context)),
		...(build?.buildContexts.flatMap((item) => credentialsOfUrl(item.slice(item.indexOf("=") + 1))) ?? []),
	];
	const masks = values.flatMap((value) => [value, ...linesOf(value)]);
	return [...new Set(masks.filter((mask) => mask.trim() !== ""))];
}

function linesOf(value: string): string[] {
	const lines = value.split(/\r?\n/);
	if (lines.length === 1) return [];
	return lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST_LINE);
}

function credentialsOfEntry(entry: string): string[] {
	// An entry that buildx can't read is still printed in its complaint.
	const fields = csvFields(entry) ?? entry.split(",");
	return fields.flatMap((field) => {
		const equals = field.indexOf("=");
		const value = field.slice(equals + 1);
		const isSecret = equals > 0 && SECRET_ATTRIBUTE.test(field.slice(0, equals));
		return [...(isSecret ? [value] : []), ...credentialsOfUrl(value)];
	});
}

/** The password of an HTTP URL, or the user name where that is the token. */
function credentialsOfUrl(url: string): string[] {
	const userinfo = /^https?:\/\/([^/?#\s]*)@/i.exec(url)?.[1];
	if (userinfo === undefined) return [];
	const colon = userinfo.indexOf(":");
	const user = colon === -1 ? userinfo : userinfo.slice(0, colon);
	const password = colon === -1 ? "" : userinfo.slice(colon + 1);
	// GitHub's old convention: https://TOKEN:x-oauth-basic@github.com
	const secret = password === "" || password === "x-oauth-basic" ? user : password;
	return [secret, percentDecoded(secret)];
}

function percentDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
