using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>An operator on two values. With several values the right side varies slowest.</summary>
internal sealed class BinaryFilter(Operation operation, Filter left, Filter right) : MixedFilter(left.IsSingle && right.IsSingle)
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        var second = right.Value(env, input.Value);
        return input.Derive(operation(env.Execution, left.Value(env, input.Value), second));
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var second in right.Values(env, input.Value))
        {
            foreach (var first in left.Values(env, input.Value))
            {
                env.Execution.Step();
                yield return input.Derive(operation(env.Execution, first, second));
            }
        }
    }
}

internal sealed class NegateFilter(Filter operand) : MixedFilter(operand.IsSingle)
{
    public override Item One(Env env, Item input) => input.Derive(Negate(env.Execution, operand.Value(env, input.Value)));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var value in operand.Values(env, input.Value))
        {
            yield return input.Derive(Negate(env.Execution, value));
        }
    }

    private static object Negate(Execution execution, object? value)
    {
        execution.Step();
        if (!ValueKinds.IsNumber(value))
        {
            throw JqException.Runtime($"{execution.Describe(value)} cannot be negated");
        }

        return execution.Dialect == JqDialect.Jq16 && Numbers.Order(value!, 0) == 0 ? -Numbers.ToDouble(value) : Numbers.Negate(value!);
    }
}

/// <summary><c>and</c> and <c>or</c>: the right side is evaluated only when the left leaves the answer open.</summary>
internal sealed class LogicFilter(bool isAnd, Filter left, Filter right) : MixedFilter(left.IsSingle && right.IsSingle)
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        return ValueKinds.IsTrue(left.Value(env, input.Value)) == isAnd
            ? input.Derive(ValueKinds.IsTrue(right.Value(env, input.Value)))
            : input.Derive(!isAnd);
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var first in left.Values(env, input.Value))
        {
            env.Execution.Step();
            if (ValueKinds.IsTrue(first) != isAnd)
            {
                yield return input.Derive(!isAnd);
                continue;
            }

            foreach (var second in right.Values(env, input.Value))
            {
                yield return input.Derive(ValueKinds.IsTrue(second));
            }
        }
    }
}

/// <summary><c>left // right</c>: the true results of the left side, or else those of the right.</summary>
internal sealed class AlternativeFilter(Filter left, Filter right) : MixedFilter(left.IsSingle && right.IsSingle)
{
    public override Item One(Env env, Item input)
    {
        env.Execution.Step();
        var first = left.One(env, input);
        return ValueKinds.IsTrue(first.Value) ? first : right.One(env, input);
    }

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        env.Execution.Step();
        var found = false;
        foreach (var item in left.Run(env, input))
        {
            if (ValueKinds.IsTrue(item.Value))
            {
                found = true;
                yield return item;
            }
        }

        if (found)
        {
            yield break;
        }

        foreach (var item in right.Run(env, input))
        {
            yield return item;
        }
    }
}
