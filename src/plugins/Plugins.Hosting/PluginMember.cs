using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kestra.Expressions;
using Kestra.Plugins.Description;

namespace Kestra.Plugins.Hosting;

/// <summary>One property of a class that raw values are bound to.</summary>
internal sealed class PluginMember
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    private readonly PluginPropertyAttribute facts;
    private readonly bool isRendered;
    private readonly Type inner;

    public PluginMember(PropertyInfo property)
    {
        Property = property;
        facts = property.GetCustomAttribute<PluginPropertyAttribute>() ?? new PluginPropertyAttribute();
        Name = facts.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
        Names = [Name, .. facts.Aliases];
        isRendered = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(Property<>);
        inner = facts.Shape ?? (isRendered ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType);
        Constraints = [.. ConstraintsOf(facts, isRendered || facts.Dynamic)];
    }

    public PropertyInfo Property { get; }

    public string Name { get; }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<PropertyConstraint> Constraints { get; }

    public PluginPropertyDescriptor Describe(object defaults) => new()
    {
        Name = Name,
        ClrType = Nullable.GetUnderlyingType(inner) ?? inner,
        Dynamic = isRendered || facts.Dynamic,
        Rendered = isRendered,
        Required = facts.Required || facts.NotEmpty,
        Deprecated = facts.Deprecated,
        Default = DefaultOf(defaults),
        Aliases = facts.Aliases,
        Constraints = Constraints,
    };

    private object? DefaultOf(object defaults)
    {
        // A required property holds an empty value before it is bound; that is no default.
        if (facts.Required || facts.NotEmpty)
        {
            return facts.DocumentedDefault;
        }

        var value = Property.GetValue(defaults);
        return facts.DocumentedDefault ?? (isRendered ? value?.GetType().GetProperty(nameof(Property<>.Raw))!.GetValue(value) : value);
    }

    private static IEnumerable<PropertyConstraint> ConstraintsOf(PluginPropertyAttribute facts, bool isDynamic)
    {
        if (facts.Required)
        {
            yield return new PropertyConstraint("must not be null", static value => value is not null);
        }

        if (facts.NotEmpty)
        {
            yield return new PropertyConstraint(facts.EmptyMessage ?? "must not be empty", static value => !IsEmpty(value)) { MinimumLength = 1 };
        }

        if (facts.Min != PluginPropertyAttribute.Unbounded)
        {
            var least = facts.Min;
            yield return new PropertyConstraint(
                string.Create(CultureInfo.InvariantCulture, $"must be greater than or equal to {least}"),
                value => value is null || (isDynamic && value is string) || !decimal.TryParse(ValueConversion.ToText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number >= least)
            { Minimum = least };
        }

        if (facts.MaxLength > 0)
        {
            var most = facts.MaxLength;
            yield return new PropertyConstraint(
                string.Create(CultureInfo.InvariantCulture, $"size must be between 0 and {most}"),
                value => value is not string text || text.Length <= most)
            { MaximumLength = most };
        }

        if (facts.Pattern is { } pattern)
        {
            var expression = new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant, PatternTime);
            yield return new PropertyConstraint($"must match \"{pattern}\"", value => value is not string text || expression.IsMatch(text)) { Pattern = pattern };
        }
    }

    private static bool IsEmpty(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        IReadOnlyDictionary<string, object?> map => map.Count == 0,
        IReadOnlyList<object?> list => list.Count == 0,
        _ => false,
    };
}
