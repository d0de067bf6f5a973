namespace Kestra.Jq.Functions;

/// <summary>Functions of C's mathematics library that .NET lacks.</summary>
internal static class SpecialFunctions
{
    // Lanczos' approximation with g = 7 and nine terms: about fifteen digits.
    private const double LanczosG = 7;

    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>e^x − 1, exact near zero.</summary>
    public static double ExpM1(double value)
    {
        if (Math.Abs(value) > 1e-2)
        {
            return Math.Exp(value) - 1;
        }

        // The series converges to full precision in eight terms here.
        double term = value, sum = value;
        for (var i = 2; i <= 9; i++)
        {
            term *= value / i;
            sum += term;
        }

        return sum;
    }

    /// <summary>log(1 + x), exact near zero.</summary>
    public static double Log1P(double value)
    {
        var shifted = 1 + value;
        return shifted == 1 || double.IsInfinity(shifted) ? value : Math.Log(shifted) * (value / (shifted - 1));
    }

    /// <summary>The number scaled by a power of two into [1, 2).</summary>
    public static double Significand(double value) =>
        value == 0 || !double.IsFinite(value) ? value : Math.ScaleB(value, -Math.ILogB(value));

    public static double LogB(double value) =>
        value == 0 ? double.NegativeInfinity : double.IsFinite(value) ? Math.ILogB(value) : Math.Abs(value);

    /// <summary>The number as a fraction in [0.5, 1) and a power of two.</summary>
    public static (double Fraction, double Power) Frexp(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return (value, 0);
        }

        var power = Math.ILogB(value) + 1;
        return (Math.ScaleB(value, -power), power);
    }

    /// <summary>The fractional and the whole part, both with the sign of the number.</summary>
    public static (double Fraction, double Whole) Modf(double value) =>
        double.IsInfinity(value) ? (Math.CopySign(0, value), value) : (value - Math.Truncate(value), Math.Truncate(value));

    public static double NextAfter(double from, double to) =>
        double.IsNaN(from) || double.IsNaN(to) ? double.NaN : from < to ? Math.BitIncrement(from) : from > to ? Math.BitDecrement(from) : to;

    public static double Gamma(double value)
    {
        if (value <= 0 && Math.Floor(value) == value)
        {
            return value == 0 ? 1 / value : double.NaN;
        }

        if (value < 0.5)
        {
            return Math.PI / (Math.Sin(Math.PI * value) * Gamma(1 - value));
        }

        if (value > 171.7)
        {
            return double.PositiveInfinity;
        }

        // The power in two halves does not overflow before the result does.
        var shifted = value - 1;
        var half = Math.Pow(shifted + LanczosG + 0.5, (shifted + 0.5) / 2);
        return Math.Sqrt(2 * Math.PI) * half * Math.Exp(-(shifted + LanczosG + 0.5)) * half * Series(shifted);
    }

    public static double LogGamma(double value) => LogGammaAndSign(value).Log;

    public static (double Log, double Sign) LogGammaAndSign(double value)
    {
        if (double.IsInfinity(value) || (value <= 0 && Math.Floor(value) == value))
        {
            return (double.PositiveInfinity, 1);
        }

        if (value < 0.5)
        {
            var sine = Math.Sin(Math.PI * value);
            return (Math.Log(Math.PI / Math.Abs(sine)) - LogGamma(1 - value), sine < 0 ? -1 : 1);
        }

        if (value < 100)
        {
            return (Math.Log(Gamma(value)), 1);
        }

        var shifted = value - 1;
        return ((0.5 * Math.Log(2 * Math.PI)) + ((shifted + 0.5) * Math.Log(shifted + LanczosG + 0.5)) - (shifted + LanczosG + 0.5) + Math.Log(Series(shifted)), 1);
    }

    private static double Series(double shifted)
    {
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (shifted + i);
        }

        return sum;
    }
}
