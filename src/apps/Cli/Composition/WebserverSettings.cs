using Kestra.Hosting.Configuration;
using Kestra.Webserver;

namespace Kestra.Cli.Composition;

/// <summary>Reads the options of the web server from the configuration.</summary>
internal static class WebserverSettings
{
    public static WebserverOptions Read(KestraConfiguration configuration)
    {
        var defaults = new WebserverOptions();
        return defaults with
        {
            Url = configuration.Text("kestra.url")?.TrimEnd('/') ?? "",
            Username = configuration.Text("kestra.server.basic-auth.username"),
            Password = configuration.Text("kestra.server.basic-auth.password"),
            MaxRequestBytes = configuration.Size("micronaut.server.max-request-size", defaults.MaxRequestBytes),
            MaxValueBytes = (int)Math.Min(configuration.Size("kestra.server.max-input-size", defaults.MaxValueBytes), int.MaxValue),
            PreviewInitialRows = configuration.Integer("kestra.server.preview.initial-rows", defaults.PreviewInitialRows),
            PreviewMaxRows = configuration.Integer("kestra.server.preview.max-rows", defaults.PreviewMaxRows),
            EnvironmentName = configuration.Text("kestra.environment.name"),
            EnvironmentColor = configuration.Text("kestra.environment.color"),
            SecretNames = [.. Secrets.Read(configuration.Environment, static _ => { }).Keys],
            SystemNamespace = configuration.Text("kestra.system-flows.namespace", defaults.SystemNamespace),
        };
    }
}
