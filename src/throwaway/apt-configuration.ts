import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Gives apt a state, cache and source of its own under `folder`; resolves with the file to hand to
 * `apt-get -c`. It is read after the machine's configuration: only a file can clear the hooks set there,
 * while a proxy set there must go on to hold.
 */
export async function writeAptConfiguration(folder: string, source: string): Promise<string> {
	const at = (name: string) => join(folder, name);
	await mkdir(at("state/lists/partial"), { recursive: true });
	await mkdir(at("cache/archives/partial"), { recursive: true });
	await writeFile(at("status"), "");
	await writeFile(at("sources.list"), `deb [signed-by=${keyring} target=Packages lang=none] ${source}\n`);
	const lines = [
		"#clear APT::Update::Post-Invoke;",
		"#clear APT::Update::Post-Invoke-Success;",
		`Dir::State "${at("state")}";`,
		`Dir::State::status "${at("status")}";`,
		`Dir::Cache "${at("cache")}";`,
		`Dir::Etc::SourceList "${at("sources.list")}";`,
		'Dir::Etc::SourceParts "/dev/null";',
		'Dir::Etc::Preferences "/dev/null";',
		'Dir::Etc::PreferencesParts "/dev/null";',
		// The unprivileged user apt would switch to cannot read a folder in root's home.
		'APT::Sandbox::User "root";',
		'Acquire::Retries "2";',
	];
	await writeFile(at("apt.conf"), `${lines.join("\n")}\n`);
	return at("apt.conf");
}
