namespace Kestra.Plugins;

/// <summary>Facts about a property that its type does not tell.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PluginPropertyAttribute : Attribute
{
    /// <summary>Name in YAML, when it is not the camel-cased name.</summary>
    public string? Name { get; init; }

    /// <summary>Other names under which flows may write it.</summary>
    public string[] Aliases { get; init; } = [];
    public bool Required { get; init; }
    public bool Deprecated { get; init; }
}
