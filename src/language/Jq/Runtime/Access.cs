using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>Reading inside values.</summary>
internal static class Access
{
    public static object? Field(Execution execution, object? target, string name)
    {
        if (target is IReadOnlyDictionary<string, object?> map)
        {
            return map.TryGetValue(name, out var value) ? value : null;
        }

        return target is null ? null : throw CannotIndex(execution, target, name);
    }

    public static object? Index(Execution execution, object? target, object? key)
    {
        if (key is string name)
        {
            return Field(execution, target, name);
        }

        var kind = ValueKinds.Of(target);
        switch (ValueKinds.Of(key))
        {
            case ValueKind.Number when kind == ValueKind.Array:
                return Element((IReadOnlyList<object?>)target!, key!);
            case ValueKind.Number or ValueKind.Null when kind == ValueKind.Null:
                return null;
            case ValueKind.Object when kind is ValueKind.Array or ValueKind.Text or ValueKind.Null:
                var slice = (IReadOnlyDictionary<string, object?>)key!;
                return kind == ValueKind.Null ? null : Slice(execution, target, Bound(slice, "start"), Bound(slice, "end"));
            case ValueKind.Array when kind == ValueKind.Array:
                return Search.Indices(execution, (IReadOnlyList<object?>)target!, (IReadOnlyList<object?>)key!);
            default:
                throw CannotIndex(execution, target, key);
        }
    }

    public static object? Slice(Execution execution, object? target, object? from, object? to)
    {
        switch (target)
        {
            case null:
                return null;
            case string text:
                return SliceText(execution, text, from, to);
            case IReadOnlyList<object?> list:
                var (start, end) = Bounds(list.Count, from, to);
                execution.ChargeArray(end - start);
                var part = new List<object?>(end - start);
                for (var i = start; i < end; i++)
                {
                    part.Add(list[i]);
                }

                return part;
            default:
                throw JqException.Runtime($"Cannot index {ValueKinds.Name(target)} with object");
        }
    }

    /// <summary>The range of a slice: negative bounds count from the end, the start is rounded down and the end up, and both are held inside.</summary>
    public static (int Start, int End) Bounds(int length, object? from, object? to)
    {
        if ((from is not null && !ValueKinds.IsNumber(from)) || (to is not null && !ValueKinds.IsNumber(to)))
        {
            throw JqException.Runtime("Start and end indices of an array slice must be numbers");
        }

        var start = Inside(from is null ? 0 : Math.Floor(Numbers.ToDouble(from)), length);
        var end = Inside(to is null ? length : Math.Ceiling(Numbers.ToDouble(to)), length);
        return (start, Math.Max(start, end));
    }

    /// <summary>The key of a slice as it stands in a path.</summary>
    public static object SliceKey(object? from, object? to) => new OrderedDictionary<string, object?> { ["start"] = from, ["end"] = to };

    /// <summary>A bound of a slice in a path; a missing one is an error, a null one is open.</summary>
    public static object? Bound(IReadOnlyDictionary<string, object?> slice, string name) =>
        slice.TryGetValue(name, out var bound) ? bound : throw JqException.Runtime("Start and end indices of an array slice must be numbers");

    public static JqException CannotIndex(Execution execution, object? target, object? key)
    {
        execution.Step();
        return JqException.Runtime(key is string name
            ? $"Cannot index {ValueKinds.Name(target)} with string \"{name}\""
            : $"Cannot index {ValueKinds.Name(target)} with {ValueKinds.Name(key)}");
    }

    /// <summary>The position of an index that is a whole number and inside; −1 for every other.</summary>
    public static int Position(int count, object key)
    {
        long index;
        if (key is int small)
        {
            index = small;
        }
        else
        {
            var number = Numbers.ToDouble(key);
            if (Math.Truncate(number) != number || Math.Abs(number) > int.MaxValue)
            {
                return -1;
            }

            index = (long)number;
        }

        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? (int)index : -1;
    }

    private static object? Element(IReadOnlyList<object?> list, object key)
    {
        var position = Position(list.Count, key);
        return position < 0 ? null : list[position];
    }

    private static int Inside(double bound, int length)
    {
        var absolute = bound < 0 ? bound + length : bound;
        return double.IsNaN(absolute) || absolute < 0 ? 0 : absolute > length ? length : (int)absolute;
    }

    private static string SliceText(Execution execution, string text, object? from, object? to)
    {
        execution.ChargeText(text.Length);
        var (start, end) = Bounds(CodePoints.Count(text), from, to);
        return text[CodePoints.ToUnits(text, start)..CodePoints.ToUnits(text, end)];
    }
}
