using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>A function of the input and of evaluated arguments.</summary>
internal delegate object? Computation(Execution execution, object? input, object?[] arguments);

/// <summary>The shapes that built-in functions come in.</summary>
internal static class Make
{
    public static Function Unary(string name, Func<Execution, object?, object?> compute, bool onlyInJq = false) =>
        new(name, 0, _ => new UnaryFilter(compute), onlyInJq);

    public static Function Of(string name, int arity, Computation compute, bool onlyInJq = false) =>
        new(name, arity, arguments => new ComputationFilter(arguments, compute), onlyInJq);

    public static Function Stream(string name, Func<Execution, object?, IEnumerable<object?>> generate, bool onlyInJq = false) =>
        new(name, 0, _ => new StreamFilter(generate), onlyInJq);

    private sealed class UnaryFilter(Func<Execution, object?, object?> compute) : ValueFilter
    {
        protected override object? Compute(Env env, object? input)
        {
            env.Execution.Step();
            return compute(env.Execution, input);
        }
    }

    private sealed class StreamFilter(Func<Execution, object?, IEnumerable<object?>> generate) : GeneratorFilter
    {
        protected override IEnumerable<object?> Generate(Env env, object? input)
        {
            foreach (var value in generate(env.Execution, input))
            {
                env.Execution.Step();
                yield return value;
            }
        }
    }

    /// <summary>With several values of the arguments, the last argument varies slowest.</summary>
    private sealed class ComputationFilter(Filter[] arguments, Computation compute) : MixedFilter(arguments.All(argument => argument.IsSingle))
    {
        public override Item One(Env env, Item input)
        {
            env.Execution.Step();
            var values = new object?[arguments.Length];
            for (var i = arguments.Length - 1; i >= 0; i--)
            {
                values[i] = arguments[i].Value(env, input.Value);
            }

            return input.Derive(compute(env.Execution, input.Value, values));
        }

        protected override IEnumerable<Item> RunMany(Env env, Item input) =>
            Choose(env, input, new object?[arguments.Length], arguments.Length - 1);

        private IEnumerable<Item> Choose(Env env, Item input, object?[] values, int at)
        {
            if (at < 0)
            {
                env.Execution.Step();
                yield return input.Derive(compute(env.Execution, input.Value, [.. values]));
                yield break;
            }

            foreach (var value in arguments[at].Values(env, input.Value))
            {
                values[at] = value;
                foreach (var item in Choose(env, input, values, at - 1))
                {
                    yield return item;
                }
            }
        }
    }
}

/// <summary>Checks of what functions are given, with the texts that both dialects have for them.</summary>
internal static class Require
{
    public static IReadOnlyList<object?> Array(Execution execution, object? input, string function, Func<string> inJq) =>
        input is IReadOnlyList<object?> list && ValueKinds.Of(input) == ValueKind.Array
            ? list
            : throw JqException.Runtime(execution.Dialect == JqDialect.Kestra ? NotApplicable(function, input, "ARRAY") : inJq());

    public static string Text(Execution execution, object? input, string function, Func<string> inJq) =>
        input as string ?? throw JqException.Runtime(execution.Dialect == JqDialect.Kestra ? NotApplicable(function, input, "STRING") : inJq());

    public static double Number(Execution execution, object? value) =>
        ValueKinds.IsNumber(value) ? Numbers.ToDouble(value) : throw JqException.Runtime($"{execution.Describe(value)} number required");

    private static string NotApplicable(string function, object? input, string wanted) =>
        $"{function} is not applicable to {ValueKinds.Name(input).ToUpperInvariant()}; expected one of [{wanted}]";
}
