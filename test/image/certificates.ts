import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** What one side of a TLS connection shows, and whom it believes. */
export type Keys = { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };

/** Makes an authority of its own in `dir`, a server's keys and, as docker wants them, a client's in a folder. */
export function makeCertificates(
	dir: string,
	serverNames = "IP:127.0.0.1",
): { readonly server: Keys; readonly clientFolder: string } {
	mkdirSync(dir);
	const openssl = (name: string, ...more: readonly string[]) =>
		execFileSync(
			"openssl",
			[
				...["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
				...["-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}-key.pem`, "-out", `${name}.pem`],
				...more,
			],
			{ cwd: dir, stdio: "pipe" },
		);
	const signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", "basicConstraints=critical,CA:FALSE"];
	openssl("ca");
	openssl("server", ...signed, "-addext", `subjectAltName=${serverNames}`);
	openssl("client", ...signed);
	renameSync(join(dir, "client.pem"), join(dir, "cert.pem"));
	renameSync(join(dir, "client-key.pem"), join(dir, "key.pem"));
	const read = (name: string) => readFileSync(join(dir, name));
	return {
		server: { ca: read("ca.pem"), cert: read("server.pem"), key: read("server-key.pem") },
		clientFolder: dir,
	};
}
