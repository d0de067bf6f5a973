using Kestra.Model.Executions;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Resources;

/// <summary>Maintenance as an operator sees it.</summary>
public sealed class MaintenanceTests
{
    private const string Flow = """
        id: kept
        namespace: company
        tasks:
          - {id: only, type: io.kestra.plugin.core.debug.Return, format: only}
        """;

    [Theory]
    [InlineData("instance")]
    [InlineData("cluster")]
    public async Task Services_say_so_and_executions_are_kept(string place)
    {
        await using var server = await TestServer.StartAsync();
        await server.PutFlowAsync(Flow);
        await UntilAllAsync(server, "RUNNING");

        var entered = await server.SendAsync("POST", $"/api/v1/{place}/maintenance/enter");
        entered.Status.ShouldBe(200);
        entered.Text.ShouldBeEmpty();
        (await server.GetAsync("/api/v1/configs")).Json.GetProperty("inMaintenance").GetBoolean().ShouldBeTrue();
        await UntilAllAsync(server, "MAINTENANCE");

        var id = await server.CreateAsync("company", "kept");
        (await server.GetAsync($"/api/v1/main/executions/{id}")).Status.ShouldBe(404);

        (await server.SendAsync("POST", $"/api/v1/{place}/maintenance/exit")).Status.ShouldBe(200);
        (await server.GetAsync("/api/v1/configs")).Json.TryGetProperty("inMaintenance", out _).ShouldBeFalse();
        await UntilAllAsync(server, "RUNNING");
        await ExistsAsync(server, id);
        (await server.UntilAsync(id, static execution => execution.State.Current.IsTerminated)).State.Current.ShouldBe(StateType.SUCCESS);
    }

    private static async Task UntilAllAsync(TestServer server, string state)
    {
        using var limit = new CancellationTokenSource(RawClient.Patience);
        while (true)
        {
            var states = (await server.GetAsync("/api/v1/instance/services/search?page=1&size=100")).Json.GetProperty("results").EnumerateArray().Select(static service => service.GetProperty("state").GetString()).ToList();
            if (states.Count == 5 && states.TrueForAll(one => one == state))
            {
                return;
            }

            limit.IsCancellationRequested.ShouldBeFalse(string.Join(' ', states));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task ExistsAsync(TestServer server, string id)
    {
        using var limit = new CancellationTokenSource(RawClient.Patience);
        while ((await server.GetAsync($"/api/v1/main/executions/{id}")).Status != 200)
        {
            limit.IsCancellationRequested.ShouldBeFalse();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
