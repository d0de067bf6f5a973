using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>What a loop goes over.</summary>
internal static class Iteration
{
    /// <returns>Null when the value can't be iterated.</returns>
    public static IReadOnlyCollection<object?>? Items(object value) => value switch
    {
        HashMapValue map => map.Entries,
        IReadOnlyDictionary<string, object?> map => Array.ConvertAll([.. map], static pair => new MapEntry(pair.Key, pair.Value)),
        IReadOnlyCollection<object?> items => items,
        _ => null,
    };
}
