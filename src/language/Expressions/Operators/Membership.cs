using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary><c>contains</c> and <c>isIn</c>.</summary>
internal static class Membership
{
    public static bool Contains(object? left, object? right) => left switch
    {
        null => false,
        IReadOnlyDictionary<string, object?> map => right is string key && map.ContainsKey(key),
        StringArray array => array.Any(item => Equality.Exact(item, right)),
        IReadOnlyCollection<object?> items when right is IReadOnlyCollection<object?> and not StringArray =>
            ((IEnumerable<object?>)right).All(wanted => items.Any(item => Equality.Exact(item, wanted))),
        IReadOnlyCollection<object?> items => items.Any(item => Equality.Exact(item, right)),
        string text => text.Contains(ValueText.Java(right), StringComparison.Ordinal),
        SafeString safe => safe.Text.Contains(ValueText.Java(right), StringComparison.Ordinal),
        _ => throw new EvaluationException($"Contains operator can only be used on Collections, Maps and arrays. Actual type was: {ClassNames.Of(left)}"),
    };

    public static bool IsIn(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        var text = ValueText.Java(left);
        return right switch
        {
            StringArray => false,
            IReadOnlyDictionary<string, object?> map => map.Any(pair => pair.Key == text || (pair.Value is not null && ValueText.Java(pair.Value) == text)),
            IReadOnlyCollection<object?> items => items.Any(item => (item is null ? throw new ConversionException("a null element can't be compared") : ValueText.Java(item)) == text),
            _ => false,
        };
    }
}
