using System.Text;
using Kestra.Model.Cluster;
using Kestra.Model.Json;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

public sealed class ServiceInstanceTests
{
    // As rows of Kestra 0.18 (events without a state) and 1.0 hold it.
    private const string Row = """
        {"id": "51c305ea-746f-425e-a570-d7009e6e7e78", "type": "WORKER", "props": {}, "seqId": 7, "state": "EMPTY", "config": {"liveness": {"enabled": true, "timeout": 45.0, "interval": 5.0, "initialDelay": 45.5, "heartbeatInterval": 3.0}, "terminationGracePeriod": 300.0, "workerTaskRestartStrategy": "IMMEDIATELY"}, "events": [{"ts": "2024-08-12T09:30:00.000Z", "type": "service.state.updated", "value": "Service connected."}], "server": {"id": "UOEutws0esNvoecLl8qhLI", "type": "STANDALONE", "props": {"server.port": 8080, "server.management.port": 8081}, "metrics": [], "version": "0.18.0", "hostname": "node-0"}, "metrics": [], "createdAt": "2024-08-12T09:30:00.000Z", "updatedAt": "2024-08-12T09:30:01.000Z"}
        """;

    private static readonly Instant Noon = Instant.FromUtc(2026, 5, 4, 12, 0);

    [Fact]
    public void Rows_of_older_versions_are_read()
    {
        var instance = ModelJson.ReadService(Encoding.UTF8.GetBytes(Row));

        (instance.Type, instance.State, instance.SeqId, instance.Server.Kind).ShouldBe((ServiceType.WORKER, ServiceState.INACTIVE, 7, ServerKind.STANDALONE));
        (instance.Config.Restart, instance.Config.TerminationGracePeriod).ShouldBe((TaskRestartStrategy.IMMEDIATELY, Duration.FromMinutes(5)));
        instance.Config.Liveness.InitialDelay.ShouldBe(Duration.FromMilliseconds(45_500));
        instance.Events.ShouldHaveSingleItem().State.ShouldBeNull();
        instance.Server.Props["server.management.port"].ShouldBe(8081);
    }

    [Fact]
    public void Documents_have_seconds_in_the_database_and_ISO_durations_in_the_API()
    {
        var instance = ServiceInstance.Created("i", ServiceType.EXECUTOR, new ServerInstance("s", ServerKind.SERVER, "1.0.0", "h", new Dictionary<string, object?>(), []), ServiceConfig.Default, Noon);

        Encoding.UTF8.GetString(ModelJson.Serialize(instance, JsonProfile.Database)).ShouldBe("""
            {"id":"i","type":"EXECUTOR","state":"CREATED","server":{"id":"s","type":"SERVER","version":"1.0.0","hostname":"h","props":{},"metrics":[]},"createdAt":"2026-05-04T12:00:00.000000Z","updatedAt":"2026-05-04T12:00:00.000000Z","events":[{"ts":"2026-05-04T12:00:00.000000Z","value":"Service connected.","type":"service.state.updated","state":"CREATED"}],"config":{"terminationGracePeriod":300.000000000,"workerTaskRestartStrategy":"AFTER_TERMINATION_GRACE_PERIOD","liveness":{"enabled":true,"interval":5.000000000,"timeout":45.000000000,"initialDelay":45.000000000,"heartbeatInterval":3.000000000}},"props":{},"metrics":[],"seqId":0}
            """);
        Encoding.UTF8.GetString(ModelJson.Serialize(instance, JsonProfile.Api)).ShouldContain("\"terminationGracePeriod\":\"PT5M\"");
    }

    [Fact]
    public void Events_are_kept_up_to_a_limit()
    {
        var instance = ServiceInstance.Created("i", ServiceType.WORKER, new ServerInstance("s", ServerKind.SERVER, "1.0.0", "h", new Dictionary<string, object?>(), []), ServiceConfig.Default, Noon);
        for (var index = 0; index < 2 * ServiceInstance.EventLimit; index++)
        {
            instance = instance.Forced(index % 2 == 0 ? ServiceState.RUNNING : ServiceState.DISCONNECTED, Noon);
        }

        instance.Events.Count.ShouldBe(ServiceInstance.EventLimit);
        instance.Events[^1].State.ShouldBe(ServiceState.DISCONNECTED);
    }
}
