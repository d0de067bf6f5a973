using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Storage;
using Kestra.Webserver.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kestra.Webserver.Tests.Errors;

/// <summary>A server that has more to do than it can says when to come back.</summary>
public sealed class OverloadTests
{
    private const string Flow = "id: f\nnamespace: over.load\ntasks:\n  - id: l\n    type: io.kestra.plugin.core.log.Log\n    message: x\n";

    [Fact]
    public async Task A_full_executor_refuses_new_executions_with_429()
    {
        await using var server = await TestServer.StartAsync(replace: static services => services.Replace(ServiceDescriptor.Singleton<IExecutionCommands, FullLane>()));
        await server.PutFlowAsync(Flow);

        var answer = await server.SendAsync("POST", "/api/v1/main/executions/over.load/f");

        answer.Status.ShouldBe(429, answer.Text);
        answer.Headers["Retry-After"].ShouldBe("3");
        answer.Json.GetProperty("message").GetString().ShouldStartWith("Too Many Requests: ");
    }

    [Theory]
    [InlineData(false, "Service Unavailable: The database can't be used at the moment; nothing was changed")]
    [InlineData(true, "Service Unavailable: The database can't be used at the moment; try again later")]
    public async Task A_database_that_is_away_is_told_with_503_and_when_to_come_back(bool whileReading, string message)
    {
        await using var server = await TestServer.StartAsync(replace: services => services.Replace(ServiceDescriptor.Singleton<IExecutionCommands>(new AbsentLane(whileReading))));
        await server.PutFlowAsync(Flow);

        var answer = await server.SendAsync("POST", "/api/v1/main/executions/over.load/f");

        answer.Status.ShouldBe(503, answer.Text);
        answer.Headers["Retry-After"].ShouldBe("5");
        answer.Json.GetProperty("message").GetString().ShouldBe(message);
    }

    [Fact]
    public async Task More_requests_than_the_limit_are_told_to_come_back_and_later_ones_are_served()
    {
        await using var server = await TestServer.StartAsync(static options => options with { MaxConcurrentRequests = 1 });
        await server.PutFlowAsync(Flow.Replace("io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.flow.Sleep", StringComparison.Ordinal).Replace("message: x", "duration: PT30S", StringComparison.Ordinal));
        var id = await server.CreateAsync("over.load", "f");
        Answer? during = null;

        await RawClient.SendAsync(server.Port, "GET", $"/api/v1/main/executions/{id}/follow", enough: body =>
        {
            // The stream is open now and takes the only place.
            during ??= server.GetAsync("/api/v1/main/flows/search").GetAwaiter().GetResult();
            return body.Contains("id: progress", StringComparison.Ordinal);
        });

        during!.Status.ShouldBe(429);
        during.Headers["Retry-After"].ShouldBe("1");
    }

    private sealed class AbsentLane(bool whileReading) : IExecutionCommands
    {
        public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken) => whileReading
            ? throw new StoreUnavailableException("Failed to connect to 10.1.2.3:5432", new IOException())
            : throw new CommandsUnavailableException("The database can't be used at the moment; nothing was changed");

        public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => Task.FromResult(false);
    }

    private sealed class FullLane : IExecutionCommands
    {
        public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken) => Task.FromResult<CommandOutcome>(new CommandOutcome.Overloaded(TimeSpan.FromSeconds(2.5)));

        public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
