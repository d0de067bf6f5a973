using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;

namespace Kestra.Plugins.Description;

/// <summary>What the product knows of its plugins. Looking a type up does not load assemblies that hold other types.</summary>
public interface IPluginCatalog
{
    /// <summary>By class name or alias, exact and case-sensitive; null when unknown.</summary>
    PluginDescriptor? Find(string type);

    /// <summary>Every plugin, ordered by type.</summary>
    IReadOnlyList<PluginDescriptor> All { get; }

    /// <summary>The known type that a misspelt one most likely means; null when nothing is near.</summary>
    string? Nearest(string unknownType);

    /// <summary>A new plugin object with its properties bound from raw values.</summary>
    /// <param name="type">Class name or alias.</param>
    /// <param name="properties">The plugin's own raw properties (without those that every task, trigger or condition has).</param>
    /// <exception cref="PluginBindingException">The type is unknown, or a property is unknown, missing or of the wrong shape; lists every fault.</exception>
    object Create(string type, IReadOnlyDictionary<string, object?> properties);
}

public static class PluginCatalogExtensions
{
    /// <summary>Binds a task's own properties.</summary>
    /// <exception cref="PluginBindingException">The type is unknown or no task, or a property is wrong.</exception>
    public static Tasks.ITask CreateTask(this IPluginCatalog catalog, TaskDefinition task)
    {
        if (catalog.Create(task.Type, task.Properties) is not Tasks.ITask plugin)
        {
            throw new PluginBindingException(task.Type, [new PluginBindingFault("type", "is not the type of a task")]);
        }

        if (plugin is Tasks.IDeclaredTask declared)
        {
            declared.Definition = task;
        }

        return plugin;
    }
}

public enum PluginKind { Task, Trigger, Condition, TaskRunner, LogExporter, Chart, DataFilter, DataFilterKpi, Storage }

/// <summary>Which part of the engine a task belongs to.</summary>
public enum TaskRole { None, Runnable, Flowable, Executable, ExecutionUpdating, WorkingDirectory }

/// <summary>One plugin: its names, its class and its properties.</summary>
public sealed record PluginDescriptor
{
    public required string Type { get; init; }
    public required PluginKind Kind { get; init; }
    public TaskRole Role { get; init; }
    public required Type ClrType { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public string? Title { get; init; }
    public string? Description { get; init; }
    public bool Deprecated { get; init; }
    public bool Beta { get; init; }

    /// <summary>Part of another plugin's work; flows do not write it and lists do not show it.</summary>
    public bool Internal { get; init; }

    public IReadOnlyList<PluginOutputDescriptor> Outputs { get; init; } = [];
    public IReadOnlyList<PluginMetricDescriptor> Metrics { get; init; } = [];

    /// <summary>Own properties and those of its kind, in Kestra's order.</summary>
    public required IReadOnlyList<PluginPropertyDescriptor> Properties { get; init; }
}

/// <summary>One property of a plugin as flows write it.</summary>
public sealed record PluginPropertyDescriptor
{
    /// <summary>Name in YAML, camel case.</summary>
    public required string Name { get; init; }

    /// <summary>The .NET type that it is bound to; for a dynamic property the type inside <c>Property&lt;T&gt;</c>.</summary>
    public required Type ClrType { get; init; }

    /// <summary>May be an expression that is rendered at run time.</summary>
    public bool Dynamic { get; init; }
    /// <summary>The schema demands it.</summary>
    public bool Required { get; init; }
    public bool Deprecated { get; init; }

    /// <summary>The value that an absent property has; of a dynamic property as its raw value.</summary>
    public object? Default { get; init; }

    /// <summary>The class has it as <c>Property&lt;T&gt;</c>: any shape may be written as an expression, and schemas show its default as text.</summary>
    public bool Rendered { get; init; }

    /// <summary>Belongs to every task (or trigger, or condition) rather than to this plugin.</summary>
    public bool Common { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Checks on the raw value, with Kestra's messages.</summary>
    public IReadOnlyList<PropertyConstraint> Constraints { get; init; } = [];
}

/// <summary>An output of a plugin, by the type it is converted to.</summary>
public sealed record PluginOutputDescriptor(string Name, Type ClrType, string Title = "");

/// <param name="Type"><c>counter</c> or <c>timer</c>.</param>
public sealed record PluginMetricDescriptor(string Name, string Type);

/// <param name="Message">As clients match it, for example <c>must not be null</c>.</param>
/// <param name="IsSatisfied">Over the raw value; null when the property is absent.</param>
public sealed record PropertyConstraint(string Message, Func<object?, bool> IsSatisfied)
{
    /// <summary>Least value, for schemas; null when this is no such constraint.</summary>
    public long? Minimum { get; init; }

    /// <summary>Least number of items or characters, for schemas.</summary>
    public int? MinimumLength { get; init; }
    public int? MaximumLength { get; init; }
    public string? Pattern { get; init; }
}

/// <summary>Faults in the properties of one plugin.</summary>
public sealed class PluginBindingException(string type, IReadOnlyList<PluginBindingFault> faults)
    : Exception($"{type}: {string.Join("; ", faults.Select(fault => fault.Message))}")
{
    public string Type { get; } = type;
    public IReadOnlyList<PluginBindingFault> Faults { get; } = faults;
}

/// <param name="Path">Within the plugin, for example <c>tasks[0].id</c>.</param>
public sealed record PluginBindingFault(string Path, string Message)
{
    /// <summary>Whether the value can't be read at all, or breaks a rule.</summary>
    public FaultKind Kind { get; init; } = FaultKind.Constraint;
}
