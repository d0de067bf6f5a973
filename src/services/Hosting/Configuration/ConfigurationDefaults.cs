namespace Kestra.Hosting.Configuration;

/// <summary>Defaults that are visible as settings; all others live with the options that read them.</summary>
internal static class ConfigurationDefaults
{
    public static ConfigurationSource Source { get; } = new("defaults", new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["micronaut.application.name"] = "kestra",
        ["micronaut.server.port"] = "8080",
        ["endpoints.all.port"] = "8081",
        ["endpoints.all.enabled"] = "true",
        ["kestra.server.basic-auth.realm"] = "Kestra",
        ["kestra.server.basic-auth.open-urls"] = new List<object?> { "/ping", "/api/v1/executions/webhook/", "/api/v1/main/executions/webhook/" },
        ["kestra.server.preview.initial-rows"] = "100",
        ["kestra.server.preview.max-rows"] = "5000",
        ["kestra.server.termination-grace-period"] = "5m",
        ["kestra.system-flows.namespace"] = "system",
        ["kestra.hidden-labels.prefixes"] = new List<object?> { "system.", "internal." },
        ["kestra.tutorial-flows.enabled"] = "true",
        ["kestra.templates.enabled"] = "false",
        ["kestra.variables.env-vars-prefix"] = "ENV_",
        ["kestra.anonymous-usage-report.enabled"] = "false",
        ["kestra.ui-anonymous-usage-report.enabled"] = "false",
    });
}
