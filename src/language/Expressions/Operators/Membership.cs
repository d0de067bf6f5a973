using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary><c>contains</c> and <c>isIn</c>.</summary>
internal static class Membership
{
    public static bool Contains(Frame frame, object? left, object? right)
    {
        frame.Step(left);
        return left switch
        {
            null => false,
            HashMapValue map => map.TryGetExact(right, out _),
            IReadOnlyDictionary<string, object?> map => right is string key && map.ContainsKey(key),
            StringArray array => array.Any(item => Equality.Exact(item, right)),
            IReadOnlyCollection<object?> items when right is IReadOnlyCollection<object?> wanted and not StringArray => ContainsAll(frame, items, wanted),
            IReadOnlyCollection<object?> items => items.Any(item => Equality.Exact(item, right)),
            string text => text.Contains(ValueText.Java(right), StringComparison.Ordinal),
            SafeString safe => safe.Text.Contains(ValueText.Java(right), StringComparison.Ordinal),
            _ => throw new EvaluationException($"Contains operator can only be used on Collections, Maps and arrays. Actual type was: {ClassNames.Of(left)}"),
        };
    }

    private static bool ContainsAll(Frame frame, IReadOnlyCollection<object?> items, IReadOnlyCollection<object?> wanted) => wanted.All(one =>
    {
        frame.Step(items);
        return items.Any(item => Equality.Exact(item, one));
    });

    public static bool IsIn(Frame frame, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        frame.Step(right);
        var text = ValueText.Java(left);
        return right switch
        {
            StringArray => false,
            HashMapValue map => map.Entries.Any(entry => IsText(entry.Key, text)) || map.Entries.Any(entry => IsText(entry.Value, text)),
            IReadOnlyDictionary<string, object?> map => map.ContainsKey(text) || map.Values.Any(value => IsText(value, text)),
            IReadOnlyCollection<object?> items => IsAmong(items, text),
            _ => false,
        };
    }

    private static bool IsText(object? value, string text) => value is not null && ValueText.Java(value) == text;

    // Every element is turned to text before the first is compared, so that a null fails wherever it stands.
    private static bool IsAmong(IReadOnlyCollection<object?> items, string text)
    {
        var found = false;
        foreach (var item in items)
        {
            found |= ValueText.Java(item ?? throw new ConversionException("A null element can't be compared")) == text;
        }

        return found;
    }
}
