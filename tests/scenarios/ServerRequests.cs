using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>What people ask of a server about executions.</summary>
internal static class ServerRequests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    extension(ScenarioServer server)
    {
        /// <returns>The id of an execution that was accepted.</returns>
        public async Task<string> BeginAsync(Flow flow, ExecutionKind? kind = null, IReadOnlyDictionary<string, object?>? inputs = null)
        {
            var id = new RandomIdSource().Next();
            (await server.CreateAsync(flow, id, kind, inputs)).ShouldBeOfType<CommandOutcome.Accepted>();
            return id;
        }

        public Task<CommandOutcome> CreateAsync(Flow flow, string id, ExecutionKind? kind = null, IReadOnlyDictionary<string, object?>? inputs = null) =>
            server.SubmitAsync(id, new Command.Create(NewExecution.Build(flow, id, inputs, null, null, null, kind, SystemClock.Instance.GetCurrentInstant())));

        public Task<CommandOutcome> SubmitAsync(string id, Command command) =>
            server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, id, command), Token);

        public Task<Execution?> FindAsync(string id) => server.Services.GetRequiredService<IExecutionReader>().FindAsync(Tenants.Default, id, Token);

        public Task UntilAsync(string id, Func<Execution, bool> holds, string what) =>
            Patiently.UntilAsync(async () => await server.FindAsync(id) is { } execution && holds(execution), what);

        public async Task<Execution> EndAsync(string id)
        {
            await server.UntilAsync(id, static _ => true, $"execution {id} exists");
            return await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, Token).WaitAsync(Patiently.Limit, Token);
        }

        public async Task<Execution> RunAsync(Flow flow) => await server.EndAsync(await server.BeginAsync(flow));

        /// <returns>The first messages of the log.</returns>
        public async Task<IReadOnlyList<string?>> LogsAsync(string id) =>
            [.. (await server.Services.GetRequiredService<IStore>().Logs.ReadExecutionAsync(Tenants.Default, id, new LogQuery(), 0, 100, Token)).Select(static entry => entry.Entry.Message)];
    }
}
