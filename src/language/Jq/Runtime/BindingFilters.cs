using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

internal sealed class VariableFilter(int level) : ValueFilter
{
    protected override object? Compute(Env env, object? input) => env.At(level).Value;
}

/// <summary>A compiled pattern: binds its variables in order, once for every combination of its computed names.</summary>
internal abstract class Binder
{
    public abstract IEnumerable<Env> Bind(Env env, object? value);
}

internal sealed class VariableBinder : Binder
{
    public override IEnumerable<Env> Bind(Env env, object? value) => [env.Bind(value)];
}

internal sealed class ArrayBinder(Binder[] items) : Binder
{
    public override IEnumerable<Env> Bind(Env env, object? value) => BindFrom(env, value, 0);

    private IEnumerable<Env> BindFrom(Env env, object? value, int at)
    {
        if (at == items.Length)
        {
            yield return env;
            yield break;
        }

        StackGuard.Check();
        foreach (var bound in items[at].Bind(env, Access.Index(env.Execution, value, at)))
        {
            foreach (var complete in BindFrom(bound, value, at + 1))
            {
                yield return complete;
            }
        }
    }
}

/// <param name="BindsValue">True for <c>{$name}</c>: the field itself is bound before it is taken apart.</param>
internal sealed record FieldBinder(Filter Key, bool BindsValue, Binder? Inner);

internal sealed class ObjectBinder(FieldBinder[] fields) : Binder
{
    public override IEnumerable<Env> Bind(Env env, object? value) => BindFrom(env, value, 0);

    private IEnumerable<Env> BindFrom(Env env, object? value, int at)
    {
        if (at == fields.Length)
        {
            yield return env;
            yield break;
        }

        StackGuard.Check();
        var field = fields[at];
        foreach (var key in field.Key.Values(env, value))
        {
            if (key is not string)
            {
                throw JqException.Runtime($"Cannot index {ValueKinds.Name(value)} with {ValueKinds.Name(key)}");
            }

            var found = Access.Index(env.Execution, value, key);
            var outer = field.BindsValue ? env.Bind(found) : env;
            foreach (var bound in field.Inner?.Bind(outer, found) ?? [outer])
            {
                foreach (var complete in BindFrom(bound, value, at + 1))
                {
                    yield return complete;
                }
            }
        }
    }
}

/// <summary><c>source as pattern | body</c>.</summary>
internal sealed class BindFilter(Filter source, Binder binder, Filter body)
    : MixedFilter(source.IsSingle && binder is VariableBinder && body.IsSingle)
{
    public override Item One(Env env, Item input) => body.One(env.Bind(source.Value(env, input.Value)), input);

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var value in source.Values(env, input.Value))
        {
            env.Execution.Step();
            foreach (var bound in binder.Bind(env, value))
            {
                foreach (var item in body.Run(bound, input))
                {
                    yield return item;
                }
            }
        }
    }
}

/// <summary>One of several patterns: its binder, and where each variable of all the patterns stands above the outer bindings, −1 when it has it not.</summary>
internal sealed record AlternativeBinder(Binder Binder, int[] Positions);

/// <summary><c>source as pattern ?// pattern | body</c>: an error with one pattern, even in the body, goes on to the next.</summary>
internal sealed class BindAlternativesFilter(Filter source, AlternativeBinder[] alternatives, Filter body) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        foreach (var value in source.Values(env, input.Value))
        {
            for (var i = 0; i < alternatives.Length; i++)
            {
                env.Execution.Step();
                using var results = new CaughtResults(new Attempt(alternatives[i], body, value), env, input);
                while (results.MoveNext())
                {
                    yield return results.Current;
                }

                if (results.Error is null)
                {
                    break;
                }

                if (i == alternatives.Length - 1)
                {
                    throw results.Error;
                }
            }
        }
    }

    private sealed class Attempt(AlternativeBinder alternative, Filter body, object? value) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            foreach (var bound in alternative.Binder.Bind(env, value))
            {
                var ordered = env;
                foreach (var position in alternative.Positions)
                {
                    ordered = ordered.Bind(position < 0 ? null : bound.At(env.Level + 1 + position).Value);
                }

                foreach (var item in body.Run(ordered, input))
                {
                    yield return item;
                }
            }
        }
    }
}

/// <summary><c>reduce</c>: the last result of each update is the next state, null when there is none.</summary>
internal sealed class ReduceFilter(Filter source, Binder binder, Filter initial, Filter update) : MixedFilter(initial.IsSingle)
{
    public override Item One(Env env, Item input) => Fold(env, input, initial.One(env, input));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var state in initial.Run(env, input))
        {
            yield return Fold(env, input, state);
        }
    }

    private Item Fold(Env env, Item input, Item state)
    {
        foreach (var value in source.Values(env, input.Value))
        {
            foreach (var bound in binder.Bind(env, value))
            {
                env.Execution.Step();
                state = update.IsSingle ? update.One(bound, state) : Last(update.Run(bound, state), state);
            }
        }

        return state;
    }

    private static Item Last(IEnumerable<Item> results, Item state)
    {
        var last = state.Derive(null);
        foreach (var item in results)
        {
            last = item;
        }

        return last;
    }
}

/// <summary><c>foreach</c>: every result of an update is the next state and is given out, through the extract when there is one. An update without a result leaves null.</summary>
internal sealed class ForeachFilter(Filter source, Binder binder, Filter initial, Filter update, Filter? extract) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        foreach (var start in initial.Run(env, input))
        {
            var state = start;
            foreach (var value in source.Values(env, input.Value))
            {
                foreach (var bound in binder.Bind(env, value))
                {
                    env.Execution.Step();
                    var current = state;
                    state = current.Derive(null);
                    foreach (var next in update.Run(bound, current))
                    {
                        state = next;
                        foreach (var item in extract is null ? [next] : extract.Run(bound, next))
                        {
                            yield return item;
                        }
                    }
                }
            }
        }
    }
}
