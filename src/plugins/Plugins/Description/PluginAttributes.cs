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

    /// <summary>Markdown; what the title does not say.</summary>
    public string Description { get; init; } = "";

    public bool Deprecated { get; init; }
    public bool Beta { get; init; }

    /// <summary>Part of another plugin's work; flows do not write it and lists do not show it.</summary>
    public bool Internal { get; init; }
}

/// <summary>An output that a plugin gives.</summary>
/// <param name="name">As expressions name it.</param>
/// <param name="type">What it is converted to.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = true)]
public sealed class PluginOutputAttribute(string name, Type type) : Attribute
{
    public string Name { get; } = name;
    public Type Type { get; } = type;
    public string Title { get; init; } = "";
}

/// <summary>A metric that a plugin reports.</summary>
/// <param name="type"><c>counter</c> or <c>timer</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = true)]
public sealed class PluginMetricAttribute(string name, string type) : Attribute
{
    public string Name { get; } = name;
    public string Type { get; } = type;
}
