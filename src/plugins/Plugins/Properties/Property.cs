namespace Kestra.Plugins;

/// <summary>A property of a plugin that is a value or an expression, rendered when it is asked for.</summary>
/// <typeparam name="T">What the rendered value is converted to: texts, numbers, booleans, durations, enumerations, lists and maps of them, or any value.</typeparam>
public sealed class Property<T>
{
    internal Property(object raw) => Raw = raw;

    /// <summary>As the flow has it: a text, another scalar, a list or a map.</summary>
    public object Raw { get; }

    /// <summary>Renders and converts.</summary>
    /// <returns>Null (or the type's default) when it renders to nothing.</returns>
    /// <exception cref="FormatException">What was rendered is not a <typeparamref name="T"/>.</exception>
    public T? Render(IRunContext context, IReadOnlyDictionary<string, object?>? more = null) => PropertyConversion.To<T>(Rendered(context, more));

    // A list or map may be written as an expression that gives its JSON.
    private object? Rendered(IRunContext context, IReadOnlyDictionary<string, object?>? more) =>
        Raw is string text && typeof(T) == typeof(object) ? context.RenderTyped(text, more) : context.RenderValue(Raw, more);
}

/// <summary>Makes properties.</summary>
public static class Property
{
    /// <summary>A property with a written value.</summary>
    public static Property<T> Of<T>(object raw) => new(raw);
}

/// <summary>Shortcuts for properties that may be absent.</summary>
public static class PropertyExtensions
{
    /// <summary>The rendered value, or the default when the property is absent or renders to nothing.</summary>
    public static T Or<T>(this Property<T>? property, IRunContext context, T otherwise)
        where T : notnull => property is null ? otherwise : property.Render(context) is { } value ? value : otherwise;

    /// <exception cref="Tasks.TaskFailedException">The property is absent or renders to nothing.</exception>
    public static T Required<T>(this Property<T>? property, IRunContext context, string name)
        where T : notnull => property is not null && property.Render(context) is { } value ? value : throw new Tasks.TaskFailedException($"The property '{name}' is required and has no value");
}
