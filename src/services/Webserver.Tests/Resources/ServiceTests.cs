using System.Text.Json;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Resources;

public sealed class ServiceTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task The_services_of_a_standalone_server_are_listed_and_shown_one_by_one()
    {
        var found = (await server.GetAsync("/api/v1/instance/services/search?page=1&size=100&sort=type:asc&state=RUNNING")).Json;
        var services = found.GetProperty("results").EnumerateArray().ToList();

        found.GetProperty("total").GetInt32().ShouldBe(5);
        services.Select(static one => Text(one, "type")).ShouldBe(["EXECUTOR", "INDEXER", "SCHEDULER", "WEBSERVER", "WORKER"]);
        services.Select(static one => Text(one.GetProperty("server"), "id")).Distinct().ShouldHaveSingleItem();
        var worker = services[^1];
        var shown = (await server.GetAsync($"/api/v1/cluster/services/{Text(worker, "id")}")).Json;
        (Text(shown, "type"), Text(shown, "state"), Text(shown.GetProperty("server"), "type")).ShouldBe(("WORKER", "RUNNING", "STANDALONE"));
        Text(shown.GetProperty("config"), "terminationGracePeriod").ShouldBe("PT5M");
        shown.GetProperty("events").EnumerateArray().Select(static one => Text(one, "state")).ShouldBe(["CREATED", "RUNNING"]);
        Text((await server.GetAsync($"/api/v1/instance/services/{Text(worker, "id")}")).Json, "id").ShouldBe(Text(worker, "id"));
    }

    [Fact]
    public async Task Active_services_are_counted_by_type()
    {
        var counts = (await server.GetAsync("/api/v1/instance/services/active")).Json;

        counts.GetProperty("total").GetInt32().ShouldBe(5);
        counts.GetProperty("services").GetArrayLength().ShouldBe(5);
        counts.GetProperty("services")[0].ToString().ShouldBe("""{"type":"EXECUTOR","total":1}""");
    }

    [Theory]
    [InlineData("GET", "/api/v1/cluster/services/nobody", 404)]
    [InlineData("GET", "/api/v1/instance/services/nobody", 404)]
    [InlineData("DELETE", "/api/v1/cluster/services/nobody", 404)]
    [InlineData("GET", "/api/v1/instance/services/search?state=ASLEEP", 422)]
    [InlineData("GET", "/api/v1/instance/services/search?sort=hostname:asc", 422)]
    public async Task What_is_not_there_or_not_understood_is_refused(string method, string path, int status) =>
        (await server.SendAsync(method, path)).Status.ShouldBe(status);

    [Fact]
    public async Task A_row_that_is_deleted_is_gone_until_its_service_is_heard_again()
    {
        await using var other = await TestServer.StartAsync(settings: new Dictionary<string, object?> { ["kestra.server.liveness.heartbeat-interval"] = "40s" });
        var indexer = (await other.GetAsync("/api/v1/instance/services/search?type=INDEXER")).Json.GetProperty("results")[0];

        (await other.SendAsync("DELETE", $"/api/v1/cluster/services/{Text(indexer, "id")}")).Status.ShouldBe(204);

        (await other.GetAsync($"/api/v1/cluster/services/{Text(indexer, "id")}")).Status.ShouldBe(404);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
