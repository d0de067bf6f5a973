namespace Kestra.Plugins.Core;

/// <summary>The texts inside a raw value, keys included: each may be an expression.</summary>
internal static class Texts
{
    public static IEnumerable<string> In(object? raw) => raw switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object?> map => map.SelectMany(pair => In(pair.Value).Prepend(pair.Key)),
        IReadOnlyList<object?> list => list.SelectMany(In),
        _ => [],
    };
}
