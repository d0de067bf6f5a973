namespace Kestra.Load.Measuring;

/// <summary>Latencies of one run, in milliseconds. Threads may add at the same time.</summary>
internal sealed class Latencies
{
    private readonly List<double> values = [];

    public int Count
    {
        get
        {
            lock (values)
            {
                return values.Count;
            }
        }
    }

    public void Add(double milliseconds)
    {
        lock (values)
        {
            values.Add(milliseconds);
        }
    }

    /// <param name="fraction">0.5 is the median. NaN without values.</param>
    public double Percentile(double fraction)
    {
        lock (values)
        {
            if (values.Count == 0)
            {
                return double.NaN;
            }

            values.Sort();
            return values[Math.Clamp((int)Math.Ceiling(fraction * values.Count) - 1, 0, values.Count - 1)];
        }
    }
}
