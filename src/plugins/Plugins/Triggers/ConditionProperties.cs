namespace Kestra.Plugins.Triggers;

/// <summary>Rendering of properties in conditions, which have no run.</summary>
public static class ConditionProperties
{
    /// <summary>Renders and converts; null when the property is absent or renders to nothing.</summary>
    /// <exception cref="FormatException">What was rendered is not a <typeparamref name="T"/>.</exception>
    public static T? Render<T>(this Property<T>? property, IConditionContext context) => property is null ? default : PropertyConversion.To<T>(Rendered(property.Raw, context));

    private static object? Rendered(object? raw, IConditionContext context) => raw switch
    {
        string text => context.Render(text),
        IReadOnlyList<object?> list => list.Select(item => Rendered(item, context)).ToList(),
        _ => raw,
    };
}
