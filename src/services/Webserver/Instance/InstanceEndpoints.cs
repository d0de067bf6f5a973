using System.Text.Json;
using Kestra.Hosting;
using Kestra.Hosting.Maintenance;
using Kestra.Plugins.Description;
using Kestra.Storage;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Kestra.Webserver.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Instance;

/// <summary>What clients ask first: the configuration of the installation, and the set-up of its credentials.</summary>
internal sealed class InstanceEndpoints(IStore store, CredentialStore credentials, IPluginCatalog catalog, MaintenanceMode maintenance, WebserverOptions options) : IEndpointGroup
{
    private const string IdKey = "instance.uuid";

    // Clients keep what they know of plugins as long as this stays the same.
    private readonly Lazy<int> pluginsHash = new(() => catalog.All.SelectMany(static plugin => plugin.Type).Aggregate(17, static (hash, character) => unchecked((hash * 31) + character)));

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/configs", ConfigsAsync).Open();
        api.Get("/{tenant}/configs", ConfigsAsync).Open();
        api.Get("/basicAuthValidationErrors", http => Answers.TextsAsync(http, credentials.ConfigurationProblems())).Open();
        api.Post("/{tenant}/basicAuth", SetUpAsync).WithMetadata(OpenUntilSetUp.Instance);
        api.Get("/{tenant}/dashboards", static http => Answers.PageAsync(http, Array.Empty<string>(), 0, static (writer, text) => writer.WriteStringValue(text)));
        api.Get("/{tenant}/usages/all", UsagesAsync);
        api.Get("/{tenant}/taskruns/search", static http => Answers.PageAsync(http, Array.Empty<string>(), 0, static (writer, text) => writer.WriteStringValue(text)));
    }

    private async Task ConfigsAsync(HttpContext http)
    {
        var id = await InstanceIdAsync(http.RequestAborted);
        var initialized = await credentials.IsInitializedAsync(http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("uuid"u8, id);
            writer.WriteString("version"u8, ProductVersion.Current.Number);
            writer.WriteString("edition"u8, "OSS");
            writer.WriteString("commitId"u8, ProductVersion.Current.Commit);
            writer.WriteString("commitDate"u8, ProductVersion.Current.Date);
            writer.WriteString("chartDefaultDuration"u8, "P30D");
            writer.WriteBoolean("isCustomDashboardsEnabled"u8, true);
            writer.WriteBoolean("isTaskRunEnabled"u8, false);
            writer.WriteBoolean("isAnonymousUsageEnabled"u8, false);
            writer.WriteBoolean("isUiAnonymousUsageEnabled"u8, false);
            writer.WriteBoolean("isTemplateEnabled"u8, false);
            if (options.EnvironmentName is { } environment)
            {
                writer.WriteStartObject("environment"u8);
                writer.WriteString("name"u8, environment);
                if (options.EnvironmentColor is { } color)
                {
                    writer.WriteString("color"u8, color);
                }

                writer.WriteEndObject();
            }

            if (options.Url.Length > 0)
            {
                writer.WriteString("url"u8, options.Url);
            }

            writer.WriteStartObject("preview"u8);
            writer.WriteNumber("initial"u8, options.PreviewInitialRows);
            writer.WriteNumber("max"u8, options.PreviewMaxRows);
            writer.WriteEndObject();
            writer.WriteString("systemNamespace"u8, options.SystemNamespace);
            writer.WriteStartArray("hiddenLabelsPrefixes"u8);
            writer.WriteStringValue("system.");
            writer.WriteStringValue("internal.");
            writer.WriteEndArray();
            WriteFilters(writer);
            writer.WriteBoolean("isAiEnabled"u8, false);
            writer.WriteBoolean("isBasicAuthInitialized"u8, initialized);
            writer.WriteNumber("pluginsHash"u8, pluginsHash.Value);
            if (maintenance.IsOn)
            {
                writer.WriteBoolean("inMaintenance"u8, true);
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteFilters(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("resourceToFilters"u8);
        foreach (var (resource, fields) in FilterTable.Resources)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, resource.ToString().ToLowerInvariant());
            writer.WriteStartArray("fields"u8);
            foreach (var field in fields)
            {
                var (name, operations) = FilterTable.Fields[field];
                writer.WriteStartObject();
                writer.WriteString("name"u8, field.ToString().ToLowerInvariant());
                writer.WriteString("value"u8, name);
                writer.WriteStartArray("operations"u8);
                foreach (var operation in operations)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name"u8, operation.ToString());
                    writer.WriteString("value"u8, operation.ToString());
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private async Task SetUpAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("credentials");
        var (username, password) = (body.RootElement.Text("username"), body.RootElement.Text("password"));
        var problems = CredentialStore.Problems(username, password);
        if (problems.Count > 0)
        {
            throw new ApiException(400, string.Join(", ", problems), "Resource fails validation");
        }

        await credentials.SaveAsync(username!, password!, http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private async Task UsagesAsync(HttpContext http)
    {
        var flows = await store.Flows.CountAsync(http.Tenant(), http.RequestAborted);
        var namespaces = await store.Flows.FindNamespacesAsync(http.Tenant(), null, http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("flows"u8);
            writer.WriteNumber("count"u8, flows);
            writer.WriteNumber("namespacesCount"u8, namespaces.Count);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private async Task<string> InstanceIdAsync(CancellationToken cancellationToken) =>
        await store.Settings.FindAsync(IdKey, cancellationToken) ?? await store.Settings.SaveIfAbsentAsync(IdKey, Guid.NewGuid().ToString(), cancellationToken);
}
