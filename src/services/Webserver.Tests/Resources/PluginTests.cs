using System.Text;
using Kestra.Plugins.Description;
using Kestra.Webserver.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Webserver.Tests.Resources;

public sealed class PluginTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task Every_plugin_is_listed_once_and_documented()
    {
        var catalog = server.Server.Services.GetRequiredService<IPluginCatalog>();
        var listed = (await server.GetAsync("/api/v1/plugins")).Json.EnumerateArray().SelectMany(static group => new[] { "tasks", "triggers", "conditions", "taskRunners" }.SelectMany(kind => group.GetProperty(kind).EnumerateArray())).Select(static plugin => plugin.GetProperty("cls").GetString()!).ToList();

        listed.Order().ShouldBe(catalog.All.Where(static plugin => !plugin.Internal && plugin.Kind is PluginKind.Task or PluginKind.Trigger or PluginKind.Condition or PluginKind.TaskRunner).Where(static plugin => !plugin.Internal).Select(static plugin => plugin.Type).Order());
        foreach (var type in listed)
        {
            var page = await server.GetAsync($"/api/v1/plugins/{type}?all=true");
            page.Status.ShouldBe(200, type);
            page.Json.GetProperty("markdown").GetString()!.ShouldContain(type);
            page.Json.GetProperty("schema").GetProperty("properties").GetProperty("properties").EnumerateObject().ShouldNotBeEmpty(type);
        }
    }

    [Fact]
    public async Task The_schema_of_a_flow_knows_every_plugin_and_refers_to_nothing_that_is_missing()
    {
        var schema = (await server.GetAsync("/api/v1/plugins/schemas/flow")).Json;
        var definitions = schema.GetProperty("definitions").EnumerateObject().Select(static definition => definition.Name).ToHashSet();

        definitions.ShouldContain("io.kestra.plugin.core.log.Log");
        var references = schema.GetRawText().Split("\"$ref\":\"#/definitions/").Skip(1).Select(static text => text[..text.IndexOf('"')]).Distinct();
        references.Except(definitions).ShouldBeEmpty();
        (await server.GetAsync("/api/v1/plugins/schemas/flow.json")).Status.ShouldBe(200);
        (await server.GetAsync("/api/v1/plugins/schemas/task?arrayOf=true")).Json.GetProperty("type").GetString().ShouldBe("array");
        (await server.GetAsync("/api/v1/plugins/schemas/nope")).Status.ShouldBe(422);
        (await server.GetAsync("/api/v1/plugins/properties/flow")).Json.GetProperty("properties").TryGetProperty("tasks", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task An_alias_leads_to_its_plugin_and_icons_are_pictures()
    {
        (await server.GetAsync("/api/v1/plugins/io.kestra.core.tasks.log.Log")).Json.GetProperty("markdown").GetString()!.ShouldContain("io.kestra.plugin.core.log.Log");
        var icon = (await server.GetAsync("/api/v1/plugins/icons")).Json.GetProperty("io.kestra.plugin.core.flow.If");
        icon.GetProperty("flowable").GetBoolean().ShouldBeTrue();
        Encoding.UTF8.GetString(icon.GetProperty("icon").GetBytesFromBase64()).ShouldStartWith("<svg");
        (await server.GetAsync("/api/v1/plugins/inputs/STRING")).Status.ShouldBe(200);
        (await server.GetAsync("/api/v1/main/plugins")).Status.ShouldBe(404);
    }
}
