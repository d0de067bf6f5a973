using System.Text.Json.Nodes;
using Kestra.Hosting;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Plugins;

/// <summary>What single plugins are, and the schemas of the documents that hold them.</summary>
internal sealed class PluginDocumentEndpoints(IPluginCatalog catalog, PluginSchemas schemas) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/plugins/schemas/{type}", http => SchemaAsync(http, schemas.OfDocument(DocumentType(http), http.Flag("arrayOf"))));
        api.Get("/plugins/properties/{type}", http => SchemaAsync(http, schemas.PropertiesOf(DocumentType(http))));
        api.Get("/plugins/inputs/{type}", InputAsync);
        api.Get("/plugins/{type}", PluginAsync);
        api.Get("/plugins/{type}/versions/{version}", http => http.Route("version") == ProductVersion.Current.Number ? PluginAsync(http) : throw ApiException.NotFound());
    }

    // Editors ask for it as a file, too.
    private static string DocumentType(HttpContext http)
    {
        var name = http.Route("type");
        return (name.EndsWith(".json", StringComparison.Ordinal) ? name[..^5] : name).ToLowerInvariant();
    }

    private static Task SchemaAsync(HttpContext http, JsonObject? schema) => schema is null
        ? throw ApiException.NotConvertible("type", http.Route("type"), $"No enum constant io.kestra.core.docs.SchemaType.{http.Route("type").ToUpperInvariant()}")
        : AnswerAsync(http, schema);

    private Task PluginAsync(HttpContext http)
    {
        var type = http.Route("type");
        var plugin = catalog.Find(type) ?? throw ApiException.NotFound($"Class '{type}' doesn't exists ");
        return AnswerAsync(http, new JsonObject
        {
            ["markdown"] = PluginPage.Write(plugin),
            ["schema"] = new JsonObject { ["properties"] = PluginSchemas.Properties(plugin, http.Flag("all")), ["outputs"] = PluginSchemas.Outputs(plugin) },
        });
    }

    private static Task InputAsync(HttpContext http)
    {
        var type = RequestValues.Constant<InputType>("type", http.Route("type"), "io.kestra.core.models.flows.Type");
        return AnswerAsync(http, new JsonObject
        {
            ["markdown"] = $"# {type}\n\n{InputClasses.NameOf(type)}\n",
            ["schema"] = new JsonObject { ["properties"] = new JsonObject { ["properties"] = FlowSchema.InputProperties(type) } },
        });
    }

    private static Task AnswerAsync(HttpContext http, JsonObject document)
    {
        http.Response.Headers.CacheControl = PluginGroups.CacheControl;
        return Answers.JsonAsync(http, writer => document.WriteTo(writer));
    }
}
