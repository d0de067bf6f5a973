namespace Kestra.Hosting.Lanes.Remote;

/// <summary>The scheduler of this process. What it is asked about triggers that it does not own fails with <see cref="TriggersElsewhereException"/>.</summary>
public interface ILocalTriggers : ITriggerControl, ITriggerResults
{
    /// <summary>Whether it fires this trigger; of several schedulers on one database each has a share.</summary>
    bool Owns(TriggerKey key);
}

/// <summary>The trigger is another scheduler's, perhaps since a moment ago.</summary>
public sealed class TriggersElsewhereException() : Exception("These triggers are fired by another server");
