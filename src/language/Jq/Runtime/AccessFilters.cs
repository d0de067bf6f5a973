using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary><c>.</c></summary>
internal sealed class IdentityFilter : SingleFilter
{
    public static IdentityFilter Instance { get; } = new();

    public override Item One(Env env, Item input) => input;

    public override bool TryOne(Env env, Item input, out Item result)
    {
        result = input;
        return true;
    }
}

/// <summary><c>T.name</c> of a single T.</summary>
internal sealed class FieldFilter(Filter target, string name) : SingleFilter
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        var found = target.One(env, input);
        Located.Check(env.Execution, found, name);
        return new Item(Access.Field(env.Execution, found.Value, name), found.Path?.Child(name));
    }

    public override bool TryOne(Env env, Item input, out Item result)
    {
        env.Execution.Step();
        result = default;
        if (!target.TryOne(env, input, out var found) || found.Value is not (null or IReadOnlyDictionary<string, object?>))
        {
            return false;
        }

        if (ReferenceEquals(found.Path, Path.Lost))
        {
            return false;
        }

        result = new Item(Access.Field(env.Execution, found.Value, name), found.Path?.Child(name));
        return true;
    }
}

/// <summary><c>T[K]</c>; K sees the input, not T.</summary>
internal sealed class IndexFilter(Filter target, Filter key) : MixedFilter(target.IsSingle && key.IsSingle)
{
    public override Item One(Env env, Item input) => Lookup(env.Execution, target.One(env, input), key.Value(env, input.Value));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var wanted in key.Values(env, input.Value))
        {
            foreach (var found in target.Run(env, input))
            {
                yield return Lookup(env.Execution, found, wanted);
            }
        }
    }

    private static Item Lookup(Execution execution, Item found, object? wanted)
    {
        execution.Step();
        Located.Check(execution, found, wanted);
        return new Item(Access.Index(execution, found.Value, wanted), found.Path?.Child(wanted));
    }
}

/// <summary><c>T[from:to]</c>.</summary>
internal sealed class SliceFilter(Filter target, Filter from, Filter to) : MixedFilter(target.IsSingle && from.IsSingle && to.IsSingle)
{
    public override Item One(Env env, Item input) =>
        Slice(env.Execution, target.One(env, input), from.Value(env, input.Value), to.Value(env, input.Value));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var start in from.Values(env, input.Value))
        {
            foreach (var end in to.Values(env, input.Value))
            {
                foreach (var found in target.Run(env, input))
                {
                    yield return Slice(env.Execution, found, start, end);
                }
            }
        }
    }

    private static Item Slice(Execution execution, Item found, object? start, object? end)
    {
        execution.Step();
        if (found.Path is null)
        {
            return new Item(Access.Slice(execution, found.Value, start, end));
        }

        var key = Access.SliceKey(start, end);
        Located.Check(execution, found, key);
        return new Item(Access.Slice(execution, found.Value, start, end), found.Path.Child(key));
    }
}

/// <summary><c>T[]</c>; quiet for <c>T[]?</c> of a T that cannot fail.</summary>
internal sealed class IterateFilter(Filter target, bool isQuiet) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input) =>
        target.IsSingle ? Elements(env.Execution, target.One(env, input)) : RunMany(env, input);

    private IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var found in target.Run(env, input))
        {
            foreach (var element in Elements(env.Execution, found))
            {
                yield return element;
            }
        }
    }

    private IEnumerable<Item> Elements(Execution execution, Item found)
    {
        if (ReferenceEquals(found.Path, Path.Lost))
        {
            return isQuiet ? [] : throw JqException.Runtime($"Invalid path expression near attempt to iterate through {execution.Beginning(found.Value, 29)}");
        }

        return found.Value switch
        {
            IReadOnlyDictionary<string, object?> map => Fields(execution, map, found.Path),
            IReadOnlyList<object?> list when found.Value is not string => Items(execution, list, found.Path),
            _ when isQuiet => [],
            _ => throw JqException.Runtime($"Cannot iterate over {execution.Describe(found.Value)}"),
        };
    }

    private static IEnumerable<Item> Items(Execution execution, IReadOnlyList<object?> list, Path? path)
    {
        for (var i = 0; i < list.Count; i++)
        {
            execution.Step();
            yield return new Item(list[i], path?.Child(i));
        }
    }

    private static IEnumerable<Item> Fields(Execution execution, IReadOnlyDictionary<string, object?> map, Path? path)
    {
        foreach (var (name, value) in map)
        {
            execution.Step();
            yield return new Item(value, path?.Child(name));
        }
    }
}

/// <summary><c>..</c>: the value and everything inside it, each before its parts.</summary>
internal sealed class DescendFilter : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        var pending = new Stack<Item>();
        pending.Push(input);
        while (pending.TryPop(out var item))
        {
            env.Execution.Step();
            yield return item;
            PushParts(pending, item);
        }
    }

    private static void PushParts(Stack<Item> pending, Item item)
    {
        if (item.Value is IReadOnlyDictionary<string, object?> map)
        {
            foreach (var (name, value) in map.Reverse())
            {
                pending.Push(new Item(value, item.Path?.Child(name)));
            }
        }
        else if (item.Value is IReadOnlyList<object?> list)
        {
            for (var i = list.Count - 1; i >= 0; i--)
            {
                pending.Push(new Item(list[i], item.Path?.Child(i)));
            }
        }
    }
}

/// <summary>Items that know where they stand.</summary>
internal static class Located
{
    /// <summary>A value that stands nowhere cannot be gone into when places are asked for.</summary>
    public static void Check(Execution execution, Item parent, object? key)
    {
        if (ReferenceEquals(parent.Path, Path.Lost))
        {
            throw JqException.Runtime(
                $"Invalid path expression near attempt to access element {execution.Beginning(key, 29)} of {execution.Beginning(parent.Value, 29)}");
        }
    }

    /// <summary>The keys of an item that has to stand somewhere.</summary>
    public static object?[] Keys(Execution execution, Item item) => ReferenceEquals(item.Path, Path.Lost)
        ? throw JqException.Runtime($"Invalid path expression with result {execution.Beginning(item.Value, 29)}")
        : item.Path!.Keys();
}
