using System.Text;
using Kestra.Jq.Functions;
using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

internal sealed class LiteralFilter(object? value) : ValueFilter
{
    public object? Constant => value;

    protected override object? Compute(Env env, object? input) => value;
}

internal sealed class EmptyFilter : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input) => [];
}

/// <summary>Fails when it is reached: a name that nothing is known by.</summary>
internal sealed class FailFilter(string message) : SingleFilter
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        throw JqException.Runtime(message);
    }
}

/// <summary>Stands between the levels of a very deep program and looks after the stack.</summary>
internal sealed class GuardFilter(Filter inner) : Filter
{
    public override bool IsSingle => inner.IsSingle;

    public override IEnumerable<Item> Run(Env env, Item input)
    {
        StackGuard.Check();
        return inner.Run(env, input);
    }

    public override Item One(Env env, Item input)
    {
        StackGuard.Check();
        return inner.One(env, input);
    }
}

internal sealed class PipeFilter(Filter first, Filter second) : MixedFilter(first.IsSingle && second.IsSingle)
{
    public override Item One(Env env, Item input) => second.One(env, first.One(env, input));

    protected override IEnumerable<Item> RunMany(Env env, Item input) =>
        first.IsSingle ? second.Run(env, first.One(env, input)) : second.IsSingle ? RunToOne(env, input) : RunToMany(env, input);

    private IEnumerable<Item> RunToOne(Env env, Item input)
    {
        foreach (var item in first.Run(env, input))
        {
            yield return second.One(env, item);
        }
    }

    private IEnumerable<Item> RunToMany(Env env, Item input)
    {
        foreach (var item in first.Run(env, input))
        {
            foreach (var result in second.Run(env, item))
            {
                yield return result;
            }
        }
    }
}

internal sealed class CommaFilter(Filter[] items) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        foreach (var item in items)
        {
            env.Execution.Step();
            if (item.IsSingle)
            {
                yield return item.One(env, input);
                continue;
            }

            foreach (var result in item.Run(env, input))
            {
                yield return result;
            }
        }
    }
}

/// <summary><c>[f]</c>.</summary>
internal sealed class ArrayFilter(Filter items) : ValueFilter
{
    protected override object? Compute(Env env, object? input)
    {
        var list = new List<object?>();
        foreach (var item in items.Run(env, new Item(input)))
        {
            list.Add(item.Value);
            env.Execution.Step();
            if (list.Count > env.Execution.Limits.ArrayLength)
            {
                env.Execution.ChargeArray(list.Count);
            }
        }

        return list;
    }
}

/// <summary><c>{…}</c>; several keys or values give several objects, the first entry varying slowest.</summary>
internal sealed class ObjectFilter((Filter Key, Filter Value)[] entries) : MixedFilter(entries.All(entry => entry.Key.IsSingle && entry.Value.IsSingle))
{
    public override Item One(Env env, Item input)
    {
        env.Execution.ChargeObject(entries.Length);
        var map = new OrderedDictionary<string, object?>(entries.Length);
        foreach (var (key, value) in entries)
        {
            map[Name(env.Execution, key.Value(env, input.Value))] = value.Value(env, input.Value);
        }

        return input.Derive(map);
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var map in Build(env, input.Value, new KeyValuePair<string, object?>[entries.Length], 0))
        {
            yield return input.Derive(map);
        }
    }

    private IEnumerable<OrderedDictionary<string, object?>> Build(Env env, object? input, KeyValuePair<string, object?>[] fields, int at)
    {
        if (at == entries.Length)
        {
            env.Execution.ChargeObject(entries.Length);
            var map = new OrderedDictionary<string, object?>(fields.Length);
            foreach (var (name, value) in fields)
            {
                map[name] = value;
            }

            yield return map;
            yield break;
        }

        StackGuard.Check();
        foreach (var key in entries[at].Key.Values(env, input))
        {
            var name = Name(env.Execution, key);
            foreach (var value in entries[at].Value.Values(env, input))
            {
                fields[at] = new KeyValuePair<string, object?>(name, value);
                foreach (var map in Build(env, input, fields, at + 1))
                {
                    yield return map;
                }
            }
        }
    }

    private static string Name(Execution execution, object? key) =>
        key as string ?? throw JqException.Runtime($"Cannot use {execution.Describe(key)} as object key");
}

/// <summary>A text with interpolations; with several values of them the last varies slowest.</summary>
internal sealed class TextFilter((string? Constant, Filter? Program)[] parts, string? format)
    : MixedFilter(parts.All(part => part.Program?.IsSingle ?? true))
{
    public override Item One(Env env, Item input)
    {
        var text = new StringBuilder();
        foreach (var (constant, program) in parts)
        {
            text.Append(constant ?? Shown(env.Execution, program!.Value(env, input.Value)));
        }

        env.Execution.ChargeText(text.Length);
        return input.Derive(text.ToString());
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var text in Build(env, input.Value, parts.Length - 1, ""))
        {
            yield return input.Derive(text);
        }
    }

    private IEnumerable<string> Build(Env env, object? input, int at, string end)
    {
        env.Execution.ChargeText(end.Length);
        if (at < 0)
        {
            yield return end;
            yield break;
        }

        StackGuard.Check();
        var (constant, program) = parts[at];
        var choices = constant is not null ? [constant] : program!.Values(env, input).Select(value => Shown(env.Execution, value));
        foreach (var choice in choices)
        {
            foreach (var text in Build(env, input, at - 1, choice + end))
            {
                yield return text;
            }
        }
    }

    private string Shown(Execution execution, object? value) =>
        format is null ? execution.ToText(value) : Formats.Apply(execution, format, value);
}

/// <summary><c>@name</c>.</summary>
internal sealed class FormatFilter(string name) : ValueFilter
{
    protected override object? Compute(Env env, object? input)
    {
        env.Execution.Step();
        return Formats.Apply(env.Execution, name, input);
    }
}
