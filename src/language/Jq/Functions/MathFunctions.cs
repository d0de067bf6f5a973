using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Mathematics. In Kestra these functions give fractional numbers even where the result is whole; <c>pow</c> and <c>atan2</c> do not.</summary>
internal static class MathFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        Simple("floor", Math.Floor), Simple("ceil", Math.Ceiling), Simple("sqrt", Math.Sqrt), Simple("cbrt", Math.Cbrt),
        Simple("round", value => Math.Round(value, MidpointRounding.AwayFromZero)),
        Simple("sin", Math.Sin), Simple("cos", Math.Cos), Simple("tan", Math.Tan),
        Simple("asin", Math.Asin), Simple("acos", Math.Acos), Simple("atan", Math.Atan),
        Simple("sinh", Math.Sinh), Simple("cosh", Math.Cosh), Simple("tanh", Math.Tanh),
        Simple("exp", Math.Exp), Simple("exp2", value => Math.Pow(2, value)), Simple("exp10", value => Math.Pow(10, value)),
        Simple("expm1", SpecialFunctions.ExpM1), Simple("log", Math.Log), Simple("log2", Math.Log2), Simple("log10", Math.Log10),
        Simple("log1p", SpecialFunctions.Log1P),
        Double("pow", Math.Pow), Double("atan2", Math.Atan2),

        Simple("fabs", Math.Abs, onlyInJq: true), Simple("trunc", Math.Truncate, onlyInJq: true),
        Simple("rint", value => Math.Round(value, MidpointRounding.ToEven), onlyInJq: true),
        Simple("nearbyint", value => Math.Round(value, MidpointRounding.ToEven), onlyInJq: true),
        Simple("asinh", Math.Asinh, onlyInJq: true), Simple("acosh", Math.Acosh, onlyInJq: true), Simple("atanh", Math.Atanh, onlyInJq: true),
        Simple("significand", SpecialFunctions.Significand, onlyInJq: true), Simple("logb", SpecialFunctions.LogB, onlyInJq: true),
        Simple("gamma", SpecialFunctions.LogGamma, onlyInJq: true), Simple("lgamma", SpecialFunctions.LogGamma, onlyInJq: true),
        Simple("tgamma", SpecialFunctions.Gamma, onlyInJq: true),
        Double("fmin", (left, right) => double.IsNaN(left) ? right : double.IsNaN(right) ? left : Math.Min(left, right), onlyInJq: true),
        Double("fmax", (left, right) => double.IsNaN(left) ? right : double.IsNaN(right) ? left : Math.Max(left, right), onlyInJq: true),
        Double("fmod", (left, right) => left % right, onlyInJq: true),
        Double("fdim", (left, right) => left > right ? left - right : left <= right ? 0 : double.NaN, onlyInJq: true),
        Double("hypot", double.Hypot, onlyInJq: true), Double("copysign", Math.CopySign, onlyInJq: true),
        Double("drem", Math.IEEERemainder, onlyInJq: true), Double("remainder", Math.IEEERemainder, onlyInJq: true),
        Double("nextafter", SpecialFunctions.NextAfter, onlyInJq: true), Double("nexttoward", SpecialFunctions.NextAfter, onlyInJq: true),
        Double("ldexp", (value, power) => Math.ScaleB(value, Power(power)), onlyInJq: true),
        Double("scalb", (value, power) => Math.ScaleB(value, Power(power)), onlyInJq: true),
        Double("scalbln", (value, power) => Math.ScaleB(value, Power(power)), onlyInJq: true),
        Make.Of("fma", 3, (execution, _, arguments) => Numbers.Normal(Math.FusedMultiplyAdd(
            Require.Number(execution, arguments[0]), Require.Number(execution, arguments[1]), Require.Number(execution, arguments[2]))), onlyInJq: true),
        Make.Unary("frexp", (execution, input) => Pair(SpecialFunctions.Frexp(Require.Number(execution, input))), onlyInJq: true),
        Make.Unary("modf", (execution, input) => Pair(SpecialFunctions.Modf(Require.Number(execution, input))), onlyInJq: true),
        Make.Unary("lgamma_r", (execution, input) => Pair(SpecialFunctions.LogGammaAndSign(Require.Number(execution, input))), onlyInJq: true),

        Make.Unary("infinite", (_, _) => double.PositiveInfinity),
        Make.Unary("nan", (_, _) => double.NaN),
        Make.Unary("isinfinite", (_, input) => ValueKinds.IsNumber(input) && double.IsInfinity(Numbers.ToDouble(input))),
        Make.Unary("isnan", (_, input) => ValueKinds.IsNumber(input) && double.IsNaN(Numbers.ToDouble(input))),
        Make.Unary("isnormal", (_, input) => ValueKinds.IsNumber(input) && double.IsNormal(Numbers.ToDouble(input))),
        Make.Unary("isfinite", (_, input) => ValueKinds.IsNumber(input) && !double.IsInfinity(Numbers.ToDouble(input))),
        Make.Unary("now", (execution, _) => (execution.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds),
    ];

    private static Function Simple(string name, Func<double, double> compute, bool onlyInJq = false) =>
        Make.Unary(name, (execution, input) => compute(Require.Number(execution, input)), onlyInJq);

    private static Function Double(string name, Func<double, double, double> compute, bool onlyInJq = false) => Make.Of(
        name,
        2,
        (execution, _, arguments) => Numbers.Normal(compute(Require.Number(execution, arguments[0]), Require.Number(execution, arguments[1]))),
        onlyInJq);

    private static int Power(double power) => (int)Math.Clamp(double.IsNaN(power) ? 0 : power, -10_000, 10_000);

    private static List<object?> Pair((double First, double Second) values) => [Numbers.Normal(values.First), Numbers.Normal(values.Second)];
}
