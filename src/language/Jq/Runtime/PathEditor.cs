using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>
/// Changes a value at paths without touching the original: what lies on a path is copied once and changed in place after that,
/// so that changing all elements of an array costs one copy of it, not one for each.
/// </summary>
internal sealed class PathEditor(Execution execution, object? root)
{
    private readonly HashSet<object> _owned = new(ReferenceEqualityComparer.Instance);

    public object? Root { get; private set; } = root;

    public object? Get(object?[] keys)
    {
        var value = Root;
        foreach (var key in keys)
        {
            if (value is null)
            {
                break;
            }

            value = Access.Index(execution, value, key);
        }

        // The program may keep what it gets here, so nothing of it may change any more.
        if (value is not null && _owned.Contains(value))
        {
            _owned.Clear();
        }

        return value;
    }

    public void Set(object?[] keys, object? value) => Root = Set(Root, keys, 0, value);

    public void Delete(object?[] keys) => Root = Delete(Root, keys, 0);

    private object? Set(object? target, object?[] keys, int at, object? value)
    {
        if (at == keys.Length)
        {
            return value;
        }

        StackGuard.Check();
        execution.Step();
        var child = Access.Index(execution, target, keys[at]);
        var changed = Set(child, keys, at + 1, value);
        return Put(target, keys[at], changed);
    }

    private object Put(object? target, object? key, object? value)
    {
        switch (key)
        {
            case string name:
                var map = Own((IReadOnlyDictionary<string, object?>?)target);
                map[name] = value;
                return map;
            case IReadOnlyDictionary<string, object?> slice:
                return target is string
                    ? throw JqException.Runtime("Cannot update string slices")
                    : Splice(Own((IReadOnlyList<object?>?)target), slice, value);
            case IReadOnlyList<object?>:
                throw JqException.Runtime("Cannot update field at array index of array");
            case null:
                throw JqException.Runtime("Cannot index null with null");
            default:
                return PutElement((IReadOnlyList<object?>?)target, key, value);
        }
    }

    private List<object?> PutElement(IReadOnlyList<object?>? target, object key, object? value)
    {
        var index = Numbers.Truncate(key);
        var count = target?.Count ?? 0;
        index = index < 0 ? index + count : index;
        if (index < 0)
        {
            throw JqException.Runtime("Out of bounds negative array index");
        }

        if (index >= count)
        {
            execution.ChargeArray(index + 1);
        }

        var list = Own(target);
        while (list.Count <= index)
        {
            list.Add(null);
        }

        list[(int)index] = value;
        return list;
    }

    private List<object?> Splice(List<object?> list, IReadOnlyDictionary<string, object?> slice, object? value)
    {
        if (value is not IReadOnlyList<object?> items)
        {
            throw JqException.Runtime("A slice of an array can only be assigned another array");
        }

        var (start, end) = Access.Bounds(list.Count, Access.Bound(slice, "start"), Access.Bound(slice, "end"));
        execution.ChargeArray((long)list.Count + items.Count);
        list.RemoveRange(start, end - start);
        list.InsertRange(start, items);
        return list;
    }

    private object? Delete(object? target, object?[] keys, int at)
    {
        if (at == keys.Length || target is null)
        {
            return null;
        }

        StackGuard.Check();
        execution.Step();
        if (at == keys.Length - 1)
        {
            return Remove(target, keys[at]);
        }

        var child = Access.Index(execution, target, keys[at]);
        if (child is null)
        {
            return target;
        }

        var changed = Delete(child, keys, at + 1);
        return ReferenceEquals(child, changed) ? target : Put(target, keys[at], changed);
    }

    private object Remove(object target, object? key)
    {
        switch (ValueKinds.Of(target))
        {
            case ValueKind.Object:
                return RemoveField((IReadOnlyDictionary<string, object?>)target, key);
            case ValueKind.Array:
                return RemoveElements((IReadOnlyList<object?>)target, key);
            default:
                throw JqException.Runtime($"Cannot delete fields from {ValueKinds.Name(target)}");
        }
    }

    private IReadOnlyDictionary<string, object?> RemoveField(IReadOnlyDictionary<string, object?> target, object? key)
    {
        if (key is not string name)
        {
            throw JqException.Runtime($"Cannot delete {ValueKinds.Name(key)} field of object");
        }

        if (!target.ContainsKey(name))
        {
            return target;
        }

        var map = Own(target);
        map.Remove(name);
        return map;
    }

    private IReadOnlyList<object?> RemoveElements(IReadOnlyList<object?> target, object? key)
    {
        int start, end;
        if (key is IReadOnlyDictionary<string, object?> slice)
        {
            (start, end) = Access.Bounds(target.Count, Access.Bound(slice, "start"), Access.Bound(slice, "end"));
        }
        else if (ValueKinds.IsNumber(key))
        {
            start = Access.Position(target.Count, key!);
            end = start + 1;
        }
        else
        {
            throw JqException.Runtime($"Cannot delete {ValueKinds.Name(key)} element of array");
        }

        if (start < 0 || end <= start)
        {
            return target;
        }

        var list = Own(target);
        execution.Charge((list.Count - start) / 64);
        list.RemoveRange(start, end - start);
        return list;
    }

    private List<object?> Own(IReadOnlyList<object?>? target)
    {
        if (target is List<object?> list && _owned.Contains(list))
        {
            return list;
        }

        execution.ChargeArray(target?.Count ?? 0);
        var copy = target is null ? [] : new List<object?>(target);
        _owned.Add(copy);
        return copy;
    }

    private OrderedDictionary<string, object?> Own(IReadOnlyDictionary<string, object?>? target)
    {
        if (target is OrderedDictionary<string, object?> map && _owned.Contains(map))
        {
            return map;
        }

        execution.ChargeObject(target?.Count ?? 0);
        var copy = target is null ? [] : new OrderedDictionary<string, object?>(target);
        _owned.Add(copy);
        return copy;
    }
}
