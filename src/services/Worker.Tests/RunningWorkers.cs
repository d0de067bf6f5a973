namespace Kestra.Worker.Tests;

/// <summary>Tests that run tasks do so one after the other, because the process counts all runs in the same metrics.</summary>
[CollectionDefinition(Name)]
public sealed class RunningWorkers
{
    public const string Name = "Running workers";
}
