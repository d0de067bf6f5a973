using Kestra.Engine;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Triggers;
using Kestra.Model.Identifiers;
using Kestra.Webserver.Cluster;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Executions;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Instance;
using Kestra.Webserver.KeyValues;
using Kestra.Webserver.Logs;
using Kestra.Webserver.Namespaces;
using Kestra.Webserver.Plugins;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Kestra.Webserver.Security;
using Kestra.Webserver.Triggers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kestra.Webserver;

/// <summary>Puts the web server together.</summary>
public static class WebserverServices
{
    /// <summary>
    /// Adds the API and, with <see cref="WebserverHost"/>, its HTTP server. The ports of storage, the lanes, <see cref="EngineEnvironment"/>,
    /// the flow reader and the plugin catalogue must be there; a missing lane to the scheduler only switches off what needs it.
    /// </summary>
    public static IServiceCollection AddKestraWebserver(this IServiceCollection services, WebserverOptions? options = null)
    {
        services.TryAddSingleton(options ?? new WebserverOptions());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIdSource, RandomIdSource>();
        services.TryAddSingleton<FlowInputs>();
        services.TryAddSingleton<IFlowInputs>(static provider => provider.GetRequiredService<FlowInputs>());
        services.TryAddSingleton<TriggerExecutions>();
        services.TryAddSingleton<WebhookExecutions>();
        services.AddSingleton<ErrorResponses>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<OriginCheck>();
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<BasicAuthentication>();
        services.AddSingleton<FilterReader>();
        services.AddSingleton<FlowRevisions>();
        services.AddSingleton<FlowTopology>();
        services.AddSingleton<ExecutionInputs>();
        services.AddSingleton<ExecutionDesk>();
        services.AddSingleton<ExecutionActions>();
        services.AddSingleton<ExecutionRemoval>();
        services.AddSingleton<BulkSelection>();
        services.AddSingleton<FilePreview>();
        services.AddSingleton<TriggerDesk>();
        services.AddSingleton<NamespaceTree>();
        services.AddSingleton<PluginSchemas>();
        services.AddSingleton<NamespaceFiles>();
        services.AddSingleton<IEndpointGroup, InstanceEndpoints>();
        services.AddSingleton<IEndpointGroup, MaintenanceEndpoints>();
        services.AddSingleton<IEndpointGroup, FlowEndpoints>();
        services.AddSingleton<IEndpointGroup, FlowBulkEndpoints>();
        services.AddSingleton<IEndpointGroup, ExecutionEndpoints>();
        services.AddSingleton<IEndpointGroup, ExecutionActionEndpoints>();
        services.AddSingleton<IEndpointGroup, FlowPartEndpoints>();
        services.AddSingleton<IEndpointGroup, FlowGraphEndpoints>();
        services.AddSingleton<IEndpointGroup, ExecutionBulkEndpoints>();
        services.AddSingleton<IEndpointGroup, ExecutionFollowEndpoints>();
        services.AddSingleton<IEndpointGroup, ExecutionFileEndpoints>();
        services.AddSingleton<IEndpointGroup, EvalEndpoints>();
        services.AddSingleton<IEndpointGroup, WebhookEndpoints>();
        services.AddSingleton<IEndpointGroup, TriggerEndpoints>();
        services.AddSingleton<IEndpointGroup, TriggerBulkEndpoints>();
        services.AddSingleton<IEndpointGroup, NamespaceEndpoints>();
        services.AddSingleton<IEndpointGroup, NamespaceFileEndpoints>();
        services.AddSingleton<IEndpointGroup, KeyValueEndpoints>();
        services.AddSingleton<IEndpointGroup, PluginListEndpoints>();
        services.AddSingleton<IEndpointGroup, PluginDocumentEndpoints>();
        services.AddSingleton<IEndpointGroup, LogEndpoints>();
        services.AddSingleton<IEndpointGroup, ServiceEndpoints>();
        return services;
    }

    /// <summary>Maps the API with its error shape, tenants and authentication onto an application.</summary>
    /// <param name="services">Where the parts of the API come from; null: from the application.</param>
    /// <param name="authentication">False lets every caller in: only for an address that no other user can reach.</param>
    public static WebApplication MapKestraApi(this WebApplication application, IServiceProvider? services = null, bool authentication = true)
    {
        services ??= application.Services;
        application.Use(services.GetRequiredService<ErrorResponses>().HandleAsync);
        application.Use(services.GetRequiredService<OriginCheck>().ApplyAsync);
        application.Use(services.GetRequiredService<RequestLimits>().ApplyAsync);
        application.Use(TenantPath.RewriteAsync);
        application.UseRouting();
        if (authentication)
        {
            application.Use(services.GetRequiredService<BasicAuthentication>().AuthoriseAsync);
        }

        application.Use(TenantPath.CheckAsync);
        application.Use(Negotiation.CheckAsync);
        application.Get("/ping", static http => Answers.TextAsync(http, "pong")).Produces(Answers.Json, "text/plain", "text/html").Open();
        application.Get("/", static http => Answers.RedirectAsync(http, $"{http.Request.PathBase}/ui/")).Produces("text/html", Answers.Json, "*/*").Open();
        application.Get("/ui/{**page}", static http => Answers.TextAsync(http, WelcomePage.Html, "text/html")).Produces("text/html", Answers.Json, "*/*").Open();
        var api = application.MapGroup("/api/v1");
        foreach (var group in services.GetServices<IEndpointGroup>())
        {
            group.Map(api);
        }

        return application;
    }
}
