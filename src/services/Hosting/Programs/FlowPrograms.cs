using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage.Flows;

namespace Kestra.Hosting.Programs;

/// <summary>One revision of a flow.</summary>
public readonly record struct ProgramKey(string TenantId, string Namespace, string FlowId, int Revision)
{
    public static ProgramKey Of(Execution execution) => new(execution.TenantId, execution.Namespace, execution.FlowId, execution.FlowRevision ?? 0);
}

/// <summary>
/// Compiled revisions, each compiled once and kept while it is used. A revision never changes, so nothing is ever stale.
/// </summary>
/// <param name="read">Parses a stored source with the plugin defaults that hold for it; a source with faults gives a flow with its <see cref="Flow.Exception"/>.</param>
/// <param name="compile">Binds and compiles.</param>
public sealed class FlowPrograms(IFlowRepository flows, Func<StoredFlow, Flow> read, Func<Flow, FlowProgram> compile, int capacity)
{
    private readonly ConcurrentDictionary<ProgramKey, Entry> programs = new();
    private long uses;

    /// <summary>A program that is in memory already.</summary>
    public bool TryGet(ProgramKey key, [NotNullWhen(true)] out FlowProgram? program)
    {
        if (programs.TryGetValue(key, out var entry))
        {
            entry.LastUse = Interlocked.Increment(ref uses);
            program = entry.Program;
            return true;
        }

        program = null;
        return false;
    }

    /// <summary>The program of a revision; deleted flows are found too, because their executions go on. Null when it was never stored.</summary>
    public async Task<FlowProgram?> FindAsync(ProgramKey key, CancellationToken cancellationToken)
    {
        if (TryGet(key, out var program))
        {
            return program;
        }

        var stored = await flows.FindAsync(key.TenantId, key.Namespace, key.FlowId, key.Revision, allowDeleted: true, cancellationToken);
        return stored is null ? null : Add(key, compile(read(stored) with { Revision = stored.Revision, Deleted = stored.Deleted }));
    }

    /// <summary>The newest revision of a flow that is not deleted.</summary>
    public async Task<FlowProgram?> FindLatestAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        var stored = await flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        var key = new ProgramKey(tenantId, @namespace, flowId, stored.Revision);
        return TryGet(key, out var program) ? program : Add(key, compile(read(stored) with { Revision = stored.Revision }));
    }

    private FlowProgram Add(ProgramKey key, FlowProgram program)
    {
        var entry = programs.GetOrAdd(key, new Entry(program));
        entry.LastUse = Interlocked.Increment(ref uses);
        if (programs.Count > capacity)
        {
            DropOldest();
        }

        return entry.Program;
    }

    // A tenth at once, so that a full cache does not sort itself at each new revision.
    private void DropOldest()
    {
        foreach (var (key, _) in programs.OrderBy(pair => pair.Value.LastUse).Take(Math.Max(1, capacity / 10)).ToList())
        {
            programs.TryRemove(key, out _);
        }
    }

    private sealed class Entry(FlowProgram program)
    {
        public FlowProgram Program { get; } = program;
        public long LastUse { get; set; }
    }
}
