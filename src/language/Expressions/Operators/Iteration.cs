using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>What a loop goes over, and its variable <c>loop</c>.</summary>
internal static class Iteration
{
    /// <returns>Null when the value can't be iterated.</returns>
    public static IReadOnlyList<object?>? Items(object value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => [.. map.Select(pair => new MapEntry(pair.Key, pair.Value))],
        IReadOnlyList<object?> list => [.. list],
        ValueCollection collection => collection.Items,
        _ => null,
    };

    public static OrderedDictionary<string, object?> Loop(int index, int length) => new()
    {
        ["last"] = index == length - 1,
        ["length"] = length,
        ["index"] = index,
        ["revindex"] = length - 1 - index,
        ["first"] = index == 0,
    };
}
