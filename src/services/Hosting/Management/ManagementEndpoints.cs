using System.Text.Json;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Management;

/// <summary>The routes of the management port: health, metrics, log levels, version.</summary>
public sealed class ManagementEndpoints(
    IEnumerable<IHealthIndicator> indicators,
    MetricCollector metrics,
    LogLevels levels,
    KestraConfiguration configuration,
    ServerSettings settings,
    ProductVersion version,
    IEnumerable<ManagementReport>? reports = null)
{
    private const string Prefix = "kestra.";

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(settings.ManagementPath);
        group.MapGet("/health", (HttpContext context) => HealthAsync(context, indicators));
        group.MapGet("/health/readiness", (HttpContext context) => HealthAsync(context, indicators));
        // A database that is away is no reason to restart the process: liveness only says that it answers.
        group.MapGet("/health/liveness", (HttpContext context) => context.Response.WriteAsJsonAsync(HealthReport.Alive(), context.RequestAborted));
        group.MapGet("/prometheus", (HttpContext context) => PrometheusAsync(context));
        group.MapGet("/metrics", (HttpContext context) => MetricNamesAsync(context));
        group.MapGet("/metrics/{name}", (HttpContext context, string name) => MetricAsync(context, name));
        group.MapGet("/loggers", (HttpContext context) => context.Response.WriteAsJsonAsync(Loggers()));
        group.MapGet("/loggers/{name}", (HttpContext context, string name) => context.Response.WriteAsJsonAsync(Logger(name)));
        group.MapPost("/loggers/{name}", (HttpContext context, string name) => SetLevelAsync(context, name));
        group.MapGet("/env", (HttpContext context) => context.Response.WriteAsJsonAsync(SettingsReport.Build(configuration, showSecrets: false)));
        group.MapGet("/info", (HttpContext context) => context.Response.WriteAsJsonAsync(new Dictionary<string, string>(StringComparer.Ordinal)));
        group.MapGet("/version", (HttpContext context) => context.Response.WriteAsJsonAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version"] = version.Number + "-oss",
            ["type"] = settings.Type.ToString().ToUpperInvariant(),
            ["serverType"] = settings.Type.ToString().ToUpperInvariant(),
        }));
        group.MapGet("/threaddump", (HttpContext context) => context.Response.WriteAsJsonAsync(ThreadReport.Build(), context.RequestAborted));
        foreach (var report in reports ?? [])
        {
            group.MapGet(report.Path, (HttpContext context) => ReportAsync(context, report));
        }
    }

    private static async Task ReportAsync(HttpContext context, ManagementReport report)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await report.WriteAsync(writer, context.RequestAborted);
        await writer.FlushAsync(context.RequestAborted);
    }

    private static async Task HealthAsync(HttpContext context, IEnumerable<IHealthIndicator> asked)
    {
        var (up, body) = await HealthReport.BuildAsync(asked, context.RequestAborted);
        context.Response.StatusCode = up ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsJsonAsync(body, context.RequestAborted);
    }

    private Task PrometheusAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(PrometheusText.Write(metrics.Collect(), CommonTags()), context.RequestAborted);
    }

    // A scraper that was pointed here asks for text; people and tools ask for JSON.
    private Task MetricNamesAsync(HttpContext context) =>
        context.Request.Headers.Accept.ToString() is var accept && (accept.Contains("text/plain", StringComparison.Ordinal) || accept.Contains("openmetrics", StringComparison.Ordinal))
            ? PrometheusAsync(context)
            : context.Response.WriteAsJsonAsync(
                new Dictionary<string, object>(StringComparer.Ordinal) { ["names"] = metrics.Collect().Select(metric => Prefix + metric.Name).Distinct(StringComparer.Ordinal).ToList() },
                context.RequestAborted);

    private Task MetricAsync(HttpContext context, string name)
    {
        var wanted = context.Request.Query["tag"].Select(tag => (tag ?? "").Split(':', 2)).Where(pair => pair.Length == 2).ToList();
        var series = metrics.Collect()
            .Where(metric => (Prefix + metric.Name == name || metric.Name == name) && wanted.TrueForAll(tag => metric.Tags.GetValueOrDefault(tag[0]) == tag[1]))
            .ToList();
        if (series.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var measurements = series[0].Kind == MetricKind.Timer
            ? new[] { Measurement("COUNT", series.Sum(one => one.Count)), Measurement("TOTAL_TIME", series.Sum(one => one.Value)), Measurement("MAX", series.Max(one => one.Maximum)) }
            : [Measurement(series[0].Kind is MetricKind.Counter or MetricKind.ObservedCounter ? "COUNT" : "VALUE", series.Sum(one => one.Value))];
        var tags = series.SelectMany(one => one.Tags)
            .GroupBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(group => new Dictionary<string, object>(StringComparer.Ordinal) { ["tag"] = group.Key, ["values"] = group.Select(tag => tag.Value).Distinct(StringComparer.Ordinal).ToList() });
        return context.Response.WriteAsJsonAsync(
            new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = name, ["measurements"] = measurements, ["availableTags"] = tags.ToList() },
            context.RequestAborted);
    }

    private static Dictionary<string, object> Measurement(string statistic, double value) =>
        new(StringComparer.Ordinal) { ["statistic"] = statistic, ["value"] = value };

    private Dictionary<string, object> Loggers() => new(StringComparer.Ordinal)
    {
        ["levels"] = new[] { "ALL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "OFF", "NOT_SPECIFIED" },
        ["loggers"] = levels.Configured.Keys.Order(StringComparer.Ordinal).ToDictionary(name => name, Logger, StringComparer.Ordinal),
    };

    private Dictionary<string, string> Logger(string name) => new(StringComparer.Ordinal)
    {
        ["configuredLevel"] = levels.Configured.TryGetValue(name, out var level) ? LogLevels.Name(level) : "NOT_SPECIFIED",
        ["effectiveLevel"] = LogLevels.Name(levels.Effective(name)),
    };

    private async Task SetLevelAsync(HttpContext context, string name)
    {
        string? text;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            text = body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("configuredLevel", out var value) ? value.GetString() : "NOT_SPECIFIED";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            text = "";
        }

        LogLevel? level = null;
        if (text != "NOT_SPECIFIED")
        {
            if (!LogLevels.TryParse(text ?? "", out var parsed))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["message"] = "The body must be {\"configuredLevel\":\"DEBUG\"} with a known level." }, context.RequestAborted);
                return;
            }

            level = parsed;
        }

        levels.Set(name, level);
    }

    private Dictionary<string, string> CommonTags()
    {
        var tags = configuration.Below("kestra.metrics.tags").ToDictionary(tag => tag.Key, tag => tag.Value as string ?? "", StringComparer.Ordinal);
        tags["server_type"] = settings.Type.ToString().ToUpperInvariant();
        return tags;
    }
}
