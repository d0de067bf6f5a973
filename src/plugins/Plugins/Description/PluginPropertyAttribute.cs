namespace Kestra.Plugins;

/// <summary>Facts about a property that its type does not tell.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PluginPropertyAttribute : Attribute
{
    /// <summary>No lower bound.</summary>
    public const long Unbounded = long.MinValue;

    /// <summary>Name in YAML, when it is not the camel-cased name.</summary>
    public string? Name { get; init; }

    /// <summary>Other names under which flows may write it.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Must be there: <c>must not be null</c>.</summary>
    public bool Required { get; init; }

    /// <summary>Must be there and hold something: <c>must not be empty</c>, or <see cref="EmptyMessage"/>.</summary>
    public bool NotEmpty { get; init; }

    /// <summary>What is said in place of <c>must not be empty</c>.</summary>
    public string? EmptyMessage { get; init; }

    /// <summary>Least value of a number.</summary>
    public long Min { get; init; } = Unbounded;

    /// <summary>Longest text; 0 is no limit.</summary>
    public int MaxLength { get; init; }

    /// <summary>Regular expression that the whole text has to match.</summary>
    public string? Pattern { get; init; }

    public bool Deprecated { get; init; }

    /// <summary>The text is rendered at run time although the property is no <see cref="Property{T}"/>.</summary>
    public bool Dynamic { get; init; }

    /// <summary>What the value is for documentation and schema, when the property takes raw values of several shapes.</summary>
    public Type? Shape { get; init; }

    /// <summary>Default as documentation shows it, when the property's own default is worked out at run time.</summary>
    public string? DocumentedDefault { get; init; }
}

/// <summary>Kestra's name of a class that is part of a plugin's properties, as definitions of schemas and messages have it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DefinitionNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>A plugin, or a part of one, whose properties have to fit together.</summary>
public interface ISelfChecking
{
    /// <summary>What is wrong with the bound properties. An empty path means the object as a whole.</summary>
    IEnumerable<Description.PluginBindingFault> Check();
}
