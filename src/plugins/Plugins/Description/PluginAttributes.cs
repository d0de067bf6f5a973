namespace Kestra.Plugins;

/// <summary>Names a plugin: the type that flows write.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PluginAttribute(string type) : Attribute
{
    /// <summary>For example <c>io.kestra.plugin.core.log.Log</c>.</summary>
    public string Type { get; } = type;

    /// <summary>Other names under which flows may write it.</summary>
    public string[] Aliases { get; init; } = [];

    public string Title { get; init; } = "";

    public bool Deprecated { get; init; }
    public bool Beta { get; init; }
}
