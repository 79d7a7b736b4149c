// Starts Gemini CLI as `gemini skills list` does, and prints what it has loaded by then: its own commands list
// skills and MCP servers only. Takes the folder of its bundle.
//
// Seen with 0.61.0: an agent of a project is offered once its user has agreed to it, to each version of its file. Here
// they agree to all. An agent that is called like one of its own is ignored.

import { readFileSync } from "node:fs"
import path from "node:path"

const bundle = process.argv[2]
const source = name => readFileSync(path.join(bundle, name), "utf8")
const [, program] = /import\("\.\/(gemini-\w+\.js)"\)/.exec(source("gemini.js"))

// The pieces of a bundle have no names that last; those of what is imported from them do.
async function imported(name) {
  for (const [, names, file] of source(program).matchAll(/^import \{([^}]*)\} from "\.\/(chunk-\w+\.js)"/gm)) {
    if (names.split(",").some(each => each.trim() === name)) return (await import(path.join(bundle, file)))[name]
  }
  throw new Error(`${program} does not import ${name}.`)
}

const Config = await imported("Config")
const coreEvents = await imported("coreEvents")
const FileCommandLoader = await imported("FileCommandLoader")

const complaints = []
coreEvents.on("user-feedback", ({ severity, message, error }) => {
  if (severity !== "info") complaints.push(error ? `${message} ${JSON.stringify(error)}` : message)
})

const discovered = []
coreEvents.on("agents-discovered", ({ agents }) => discovered.push(...agents))

const { initialize, getMcpServers } = Config.prototype

Config.prototype.initialize = async function () {
  // No server is started: what is asked is whether they are found.
  this.getMcpServers = () => ({})
  await initialize.call(this)
  delete this.getMcpServers
  const agents = this.getAgentRegistry()
  for (const each of discovered) await agents.acknowledgeAgent(each)
  const offered = new Set(agents.getAllDefinitions().map(each => each.name))
  const commands = await new FileCommandLoader(this).loadCommands(new AbortController().signal)
  for (const each of commands) await invoke(each, this)
  const told = {
    skills: this.getSkillManager().getSkills().filter(each => !each.isBuiltin).map(each => each.location),
    commands: commands.map(each => each.name),
    agents: discovered.map(each => each.name).filter(name => offered.has(name)),
    instructions: this.getSessionMemory(),
    hooks: this.getHookSystem().getAllHooks().map(each => each.config.command),
    servers: Object.keys(getMcpServers.call(this) ?? {}),
    complaints,
  }
  process.stdout.write(JSON.stringify(told), () => process.exit(0))
}

// A command is put together when it is called. What it would run in a shell is only asked about.
async function invoke(command, config) {
  const args = "what is typed"
  try {
    await command.action({
      invocation: { raw: `/${command.name} ${args}`, name: command.name, args },
      services: { agentContext: { config } },
      session: { sessionShellAllowlist: new Set() },
      ui: { addItem: ({ text }) => complaints.push(text) },
    }, args)
  } catch (error) {
    complaints.push(`/${command.name}: ${error.message}`)
  }
}

process.env.GEMINI_CLI_NO_RELAUNCH = "true"
process.argv = [process.argv[0], path.join(bundle, "gemini.js"), "skills", "list"]
const { main } = await import(path.join(bundle, program))
await main()
