/** What the page says of projects and their code, in English. */
export const enProject = {
  project: 'Project',
  startAll: 'Start all',
  readAgain: 'Read again',
  readAgainHint: 'Read the files of the folder again',
  problems: 'Files that are left out',
  saveToProject: 'Save to project',
  isSaved: 'Saved',
  savedTo: (file: string): string => `Saved to ${file}`,
  removeTitle: (name: string): string => `Remove ${name}?`,
  removeCloses: (count: string): string => `Connections that are closed by it: ${count}`,
  removeKeeps:
    'It ends, and what it is goes with it: address, options, rules. What was said stays in the log, under Everything.',
  removeFileKeeps: 'The page forgets it. The file stays as it is.',
  removeLeavesFile: 'Its file in the project stays: it is there again when the folder is read.',
  // Code.
  code: 'Code',
  codeTrusted: 'trusted',
  codeUntrusted: 'not trusted, does not run',
  trust: 'Trust…',
  trustTitle: 'Trust the code of this folder?',
  trustRights:
    'It runs with all your rights: it can read and change your files, start programs and use the network, as you can.',
  trustRead: 'Read it first. When a file of responders/ changes, you are asked again.',
  trustImports: 'What it loads from elsewhere, such as node_modules, is not looked at.',
  trustNow: 'Trust this folder',
  script: 'Script',
  noScript: 'none',
  scriptHint: 'Code that decides on messages that no rule fits.',
  scriptUntrusted: 'It does not run before the folder is trusted.',
  scriptEvent: (script: string, act: string): string => `script ${script}: ${act}`,
  actFailed: (why: string): string => `failed: ${why}`,
}
