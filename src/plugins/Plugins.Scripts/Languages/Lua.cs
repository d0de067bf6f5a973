namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.lua.Script", Title = "Execute a Lua script.")]
public sealed class LuaScript : InlineScriptTask
{
    public LuaScript() => ContainerImage = Property.Of<string>("nickblah/lua");

    protected override string? Extension => ".lua";

    protected override string Runtime(ScriptRun run, string path) => $"lua {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.lua.Commands", Title = "Execute one or more Lua scripts from the Command Line Interface.")]
public sealed class LuaCommands : CommandsTask
{
    public LuaCommands() => ContainerImage = Property.Of<string>("nickblah/lua");
}
