using System.Reflection;
using Kestra.Storage.Executions;

namespace Kestra.Worker.Tests.Claiming;

/// <summary>A journal that counts how often a whole execution is read.</summary>
public class CountingJournal : DispatchProxy
{
    private IExecutionJournal inner = null!;
    private int whole;

    public int Whole => whole;

    public static (IExecutionJournal Journal, CountingJournal Counts) Around(IExecutionJournal inner)
    {
        var journal = Create<IExecutionJournal, CountingJournal>();
        ((CountingJournal)(object)journal).inner = inner;
        return (journal, (CountingJournal)(object)journal);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IExecutionJournal.ReadAsync))
        {
            Interlocked.Increment(ref whole);
        }

        return targetMethod.Invoke(inner, args);
    }
}
