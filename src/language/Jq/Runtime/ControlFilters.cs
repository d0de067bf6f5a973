using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

internal sealed class IfFilter(Filter condition, Filter then, Filter otherwise)
    : MixedFilter(condition.IsSingle && then.IsSingle && otherwise.IsSingle)
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        return (ValueKinds.IsTrue(condition.Value(env, input.Value)) ? then : otherwise).One(env, input);
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        env.Execution.Step();
        return condition.IsSingle
            ? (ValueKinds.IsTrue(condition.Value(env, input.Value)) ? then : otherwise).Run(env, input)
            : RunEach(env, input);
    }

    private IEnumerable<Item> RunEach(Env env, Item input)
    {
        foreach (var answer in condition.Values(env, input.Value))
        {
            env.Execution.Step();
            foreach (var item in (ValueKinds.IsTrue(answer) ? then : otherwise).Run(env, input))
            {
                yield return item;
            }
        }
    }
}

/// <summary><c>select(f)</c>.</summary>
internal sealed class SelectFilter(Filter condition) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        env.Execution.Step();
        if (condition.IsSingle)
        {
            return ValueKinds.IsTrue(condition.Value(env, input.Value)) ? Just(input) : [];
        }

        return condition.Values(env, input.Value).Where(ValueKinds.IsTrue).Select(_ => input);
    }
}

/// <summary><c>try body catch handler</c> and <c>body?</c>. Only errors of the body itself are caught, not those of what its results are used for.</summary>
internal sealed class TryFilter(Filter body, Filter? handler) : MixedFilter(body.IsSingle && handler is { IsSingle: true })
{
    public override Item One(Env env, Item input)
    {
        try
        {
            return body.One(env, input);
        }
        catch (JqException error) when (error.Kind == JqErrorKind.Runtime)
        {
            env.Execution.Step();
            return handler!.One(env, input.Derive(error.Value));
        }
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        if (body.IsSingle && handler is null)
        {
            return body.TryOne(env, input, out var result) ? Just(result) : [];
        }

        return RunCaught(env, input);
    }

    private IEnumerable<Item> RunCaught(Env env, Item input)
    {
        using var results = new CaughtResults(body, env, input);
        while (results.MoveNext())
        {
            yield return results.Current;
        }

        env.Execution.Step();
        if (handler is null || results.Error is null)
        {
            yield break;
        }

        foreach (var item in handler.Run(env, input.Derive(results.Error.Value)))
        {
            yield return item;
        }
    }
}

/// <summary>The results of a filter up to its end or its first error.</summary>
internal sealed class CaughtResults(Filter body, Env env, Item input) : IDisposable
{
    private IEnumerator<Item>? _results;

    public Item Current { get; private set; }

    public JqException? Error { get; private set; }

    public bool MoveNext()
    {
        try
        {
            _results ??= body.Run(env, input).GetEnumerator();
            if (!_results.MoveNext())
            {
                return false;
            }

            Current = _results.Current;
            return true;
        }
        catch (JqException error) when (error.Kind == JqErrorKind.Runtime)
        {
            Error = error;
            return false;
        }
    }

    public void Dispose() => _results?.Dispose();
}

/// <summary><c>label $name | body</c>; the label is a binding whose value tells it from every other run of the same label.</summary>
internal sealed class LabelFilter(Filter body) : Filter
{
    public override IEnumerable<Item> Run(Env env, Item input)
    {
        var inner = env.Bind(new object());
        if (Start(inner, input) is not { } results)
        {
            yield break;
        }

        using (results)
        {
            while (MoveNext(results, inner))
            {
                yield return results.Current;
            }
        }
    }

    // A body that is single breaks as soon as it is run, any other when it is asked for a result.
    private IEnumerator<Item>? Start(Env inner, Item input)
    {
        try
        {
            return body.Run(inner, input).GetEnumerator();
        }
        catch (BreakException exit) when (ReferenceEquals(exit.Label, inner.Value))
        {
            return null;
        }
    }

    private static bool MoveNext(IEnumerator<Item> results, Env inner)
    {
        try
        {
            return results.MoveNext();
        }
        catch (BreakException exit) when (ReferenceEquals(exit.Label, inner.Value))
        {
            return false;
        }
    }
}

internal sealed class BreakFilter(int level) : SingleFilter
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        throw new BreakException(env.At(level).Value!);
    }
}

/// <summary>Leaves the body of a label. It never leaves the run, since a break is compiled inside its label only.</summary>
internal sealed class BreakException(object label) : Exception
{
    public object Label => label;
}
