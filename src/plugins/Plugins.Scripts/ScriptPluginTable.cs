using Kestra.Plugins;

[assembly: PluginTable(typeof(Kestra.Plugins.Scripts.ScriptPluginTable))]

namespace Kestra.Plugins.Scripts;

/// <summary>The plugins of this assembly by name, so that starting up looks at none of their classes. A test keeps it equal to the attributes.</summary>
public sealed class ScriptPluginTable : IPluginTable
{
    public IReadOnlyList<PluginTableEntry> Entries { get; } =
    [
        new("io.kestra.plugin.core.runner.Process", static () => typeof(Runners.ProcessRunner), "io.kestra.plugin.core.runner.ProcessTaskRunner"),
        new("io.kestra.plugin.scripts.bun.Commands", static () => typeof(Languages.BunCommands)),
        new("io.kestra.plugin.scripts.bun.Script", static () => typeof(Languages.BunScript)),
        new("io.kestra.plugin.scripts.deno.Commands", static () => typeof(Languages.DenoCommands)),
        new("io.kestra.plugin.scripts.deno.Script", static () => typeof(Languages.DenoScript)),
        new("io.kestra.plugin.scripts.go.Commands", static () => typeof(Languages.GoCommands)),
        new("io.kestra.plugin.scripts.go.Script", static () => typeof(Languages.GoScript)),
        new("io.kestra.plugin.scripts.groovy.Commands", static () => typeof(Languages.GroovyCommands)),
        new("io.kestra.plugin.scripts.groovy.Script", static () => typeof(Languages.GroovyScript)),
        new("io.kestra.plugin.scripts.jbang.Commands", static () => typeof(Languages.JBangCommands)),
        new("io.kestra.plugin.scripts.jbang.Script", static () => typeof(Languages.JBangScript)),
        new("io.kestra.plugin.scripts.julia.Commands", static () => typeof(Languages.JuliaCommands)),
        new("io.kestra.plugin.scripts.julia.Script", static () => typeof(Languages.JuliaScript)),
        new("io.kestra.plugin.scripts.lua.Commands", static () => typeof(Languages.LuaCommands)),
        new("io.kestra.plugin.scripts.lua.Script", static () => typeof(Languages.LuaScript)),
        new("io.kestra.plugin.scripts.node.Commands", static () => typeof(Languages.NodeCommands)),
        new("io.kestra.plugin.scripts.node.Script", static () => typeof(Languages.NodeScript)),
        new("io.kestra.plugin.scripts.perl.Commands", static () => typeof(Languages.PerlCommands)),
        new("io.kestra.plugin.scripts.perl.Script", static () => typeof(Languages.PerlScript)),
        new("io.kestra.plugin.scripts.php.Commands", static () => typeof(Languages.PhpCommands)),
        new("io.kestra.plugin.scripts.php.Script", static () => typeof(Languages.PhpScript)),
        new("io.kestra.plugin.scripts.powershell.Commands", static () => typeof(Languages.PowerShellCommands)),
        new("io.kestra.plugin.scripts.powershell.Script", static () => typeof(Languages.PowerShellScript)),
        new("io.kestra.plugin.scripts.python.Commands", static () => typeof(Languages.PythonCommands)),
        new("io.kestra.plugin.scripts.python.Script", static () => typeof(Languages.PythonScript)),
        new("io.kestra.plugin.scripts.r.Commands", static () => typeof(Languages.RCommands)),
        new("io.kestra.plugin.scripts.r.Script", static () => typeof(Languages.RScript)),
        new("io.kestra.plugin.scripts.ruby.Commands", static () => typeof(Languages.RubyCommands)),
        new("io.kestra.plugin.scripts.ruby.Script", static () => typeof(Languages.RubyScript)),
        new("io.kestra.plugin.scripts.runner.docker.Docker", static () => typeof(Runners.DockerRunner)),
        new("io.kestra.plugin.scripts.shell.Commands", static () => typeof(Languages.ShellCommands)),
        new("io.kestra.plugin.scripts.shell.Script", static () => typeof(Languages.ShellScript)),
    ];
}
