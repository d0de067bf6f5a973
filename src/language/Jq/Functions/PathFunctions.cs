using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions on paths.</summary>
internal static class PathFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("path", 1, arguments => new PathFilter(arguments[0])),
        new("getpath", 1, arguments => new GetPathFilter(arguments[0])),
        new("del", 1, arguments => new DeleteFilter(arguments[0])),
        Make.Of("setpath", 2, SetPath),
        Make.Of("delpaths", 1, (execution, input, arguments) => Delete(execution, input, Paths(arguments[0]))),
        Make.Stream("tostream", ToStream, onlyInJq: true),
    ];

    private static object? SetPath(Execution execution, object? input, object?[] arguments)
    {
        var editor = new PathEditor(execution, input);
        editor.Set(Keys(arguments[0]), arguments[1]);
        return editor.Root;
    }

    private static object?[] Keys(object? path) =>
        path is IReadOnlyList<object?> keys ? [.. keys] : throw JqException.Runtime("Path must be specified as an array");

    private static List<object?[]> Paths(object? paths)
    {
        if (paths is not IReadOnlyList<object?> list)
        {
            throw JqException.Runtime("Paths must be specified as an array");
        }

        return [.. list.Select(path => path is IReadOnlyList<object?> keys
            ? keys.ToArray()
            : throw JqException.Runtime($"Path must be specified as array, not {ValueKinds.Name(path)}"))];
    }

    // From the last path to the first, so that no deletion moves what a later one is about.
    private static object? Delete(Execution execution, object? input, List<object?[]> paths)
    {
        execution.ChargeArray(paths.Count);
        var editor = new PathEditor(execution, input);
        foreach (var keys in paths.OrderDescending(ValueOrder.Sorting).Cast<object?[]>())
        {
            editor.Delete(keys);
        }

        return editor.Root;
    }

    private static IEnumerable<object?> ToStream(Execution execution, object? input)
    {
        var events = new List<object?>();
        Append(execution, events, [], input);
        if (LastKey(input) is { } key)
        {
            events.Add(new List<object?> { new List<object?> { key } });
        }

        return events;
    }

    private static void Append(Execution execution, List<object?> events, List<object?> path, object? value)
    {
        StackGuard.Check();
        execution.Charge(path.Count + 1);
        if (LastKey(value) is null)
        {
            events.Add(new List<object?> { path, value });
            return;
        }

        foreach (var (key, part) in Parts(value!))
        {
            List<object?> inner = [.. path, key];
            Append(execution, events, inner, part);
            if (LastKey(part) is { } last)
            {
                events.Add(new List<object?> { new List<object?>(inner) { last } });
            }
        }
    }

    private static object? LastKey(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> { Count: > 0 } map => map.Keys.Last(),
        IReadOnlyList<object?> { Count: > 0 } list => list.Count - 1,
        _ => null,
    };

    private static IEnumerable<(object Key, object? Part)> Parts(object value) => value is IReadOnlyDictionary<string, object?> map
        ? map.Select(field => ((object)field.Key, field.Value))
        : ((IReadOnlyList<object?>)value).Select((item, index) => ((object)index, item));

    /// <summary>The paths of what a filter finds in its input.</summary>
    private sealed class PathFilter(Filter body) : GeneratorFilter
    {
        protected override IEnumerable<object?> Generate(Env env, object? input)
        {
            foreach (var item in body.Run(env, new Item(input, Runtime.Path.Root)))
            {
                env.Execution.Step();
                yield return new List<object?>(Located.Keys(env.Execution, item));
            }
        }
    }

    private sealed class GetPathFilter(Filter path) : MixedFilter(path.IsSingle)
    {
        public override Item One(Env env, Item input) => Find(env.Execution, input, path.Value(env, input.Value));

        protected override IEnumerable<Item> RunMany(Env env, Item input)
        {
            foreach (var wanted in path.Values(env, input.Value))
            {
                yield return Find(env.Execution, input, wanted);
            }
        }

        private static Item Find(Execution execution, Item input, object? wanted)
        {
            var found = input;
            foreach (var key in Keys(wanted))
            {
                execution.Step();
                Located.Check(execution, found, key);
                found = new Item(found.Value is null ? null : Access.Index(execution, found.Value, key), found.Path?.Child(key));
            }

            return found;
        }
    }

    private sealed class DeleteFilter(Filter target) : ValueFilter
    {
        protected override object? Compute(Env env, object? input)
        {
            var paths = new List<object?[]>();
            foreach (var item in target.Run(env, new Item(input, Runtime.Path.Root)))
            {
                paths.Add(Located.Keys(env.Execution, item));
            }

            return Delete(env.Execution, input, paths);
        }
    }
}
