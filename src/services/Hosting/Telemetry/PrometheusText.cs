using System.Globalization;
using System.Text;

namespace Kestra.Hosting.Telemetry;

/// <summary>Writes metrics in the text format of Prometheus, version 0.0.4.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <param name="commonTags">Tags that every line carries besides its own.</param>
    public static string Write(IReadOnlyList<MetricSeries> metrics, IReadOnlyDictionary<string, string> commonTags)
    {
        var text = new StringBuilder();
        foreach (var group in metrics.GroupBy(metric => metric.Name, StringComparer.Ordinal))
        {
            var first = group.First();
            var name = Name(first.Name, first.Kind);
            text.Append("# HELP ").Append(name).Append(' ').Append(first.Description.Replace('\n', ' ')).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(first.Kind switch
            {
                MetricKind.Counter or MetricKind.ObservedCounter => "counter",
                MetricKind.Timer => "summary",
                _ => "gauge",
            }).Append('\n');
            foreach (var series in group)
            {
                Write(text, name, series, commonTags);
            }
        }

        return text.ToString();
    }

    /// <summary>The name as scraped: <c>worker.job.pending</c> becomes <c>kestra_worker_job_pending</c>.</summary>
    public static string Name(string instrument, MetricKind kind)
    {
        var name = instrument.Replace('.', '_').Replace('-', '_');
        name = name.StartsWith("kestra_", StringComparison.Ordinal) || name.StartsWith("process_", StringComparison.Ordinal) ? name : "kestra_" + name;
        return kind switch
        {
            MetricKind.Counter or MetricKind.ObservedCounter when !name.EndsWith("_total", StringComparison.Ordinal) => name + "_total",
            MetricKind.Timer when !name.EndsWith("_seconds", StringComparison.Ordinal) => name + "_seconds",
            _ => name,
        };
    }

    private static void Write(StringBuilder text, string name, MetricSeries series, IReadOnlyDictionary<string, string> commonTags)
    {
        var tags = Tags(series.Tags, commonTags);
        if (series.Kind == MetricKind.Timer)
        {
            Line(text, name + "_count", tags, series.Count);
            Line(text, name + "_sum", tags, series.Value);
            Line(text, name + "_max", tags, series.Maximum);
        }
        else
        {
            Line(text, name, tags, series.Value);
        }
    }

    private static void Line(StringBuilder text, string name, string tags, double value) =>
        text.Append(name).Append(tags).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    private static string Tags(IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> common)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in common.Concat(own))
        {
            all[key.Replace('.', '_').Replace('-', '_')] = value;
        }

        return all.Count == 0 ? "" : "{" + string.Join(',', all.Select(tag => $"{tag.Key}=\"{Escape(tag.Value)}\"")) + "}";
    }

    private static string Escape(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
