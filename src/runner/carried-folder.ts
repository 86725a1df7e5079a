// Alone in its file: the one that makes the calls loads GitHub's library, and main and post are not to.
/**
 * What entries are archives of: this folder of the working directory. An entry's version is a hash of these very
 * characters, so they are the same everywhere, whatever the directory's path.
 */
export const carriedFolder = "berth-carry";
