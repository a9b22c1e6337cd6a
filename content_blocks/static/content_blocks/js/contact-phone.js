// The phone button of the rich text editor: choose a contact in Wagtail's own window, put an
// entity in. The entity holds the contact's slug; the page shows the number of the live record.
(() => {
  const { React, DraftJS, draftail } = window;
  const { EditorState, Modifier } = DraftJS;

  class ContactSource extends draftail.ModalWorkflowSource {
    getChooserConfig() {
      return {
        url: this.props.entityType.chooserUrls.contactChooser,
        urlParams: {},
        onload: window.CHOOSER_MODAL_ONLOAD_HANDLERS,
        responses: { chosen: this.onChosen },
      };
    }

    filterEntityData({ slug, name, number }) {
      return { slug, name, number };
    }

    onChosen(contact) {
      const { editorState, entityType, onComplete } = this.props;
      const content = editorState
        .getCurrentContent()
        .createEntity(entityType.type, 'IMMUTABLE', this.filterEntityData(contact));
      const changed = Modifier.replaceText(
        content,
        editorState.getSelection(),
        contact.name,
        null,
        content.getLastCreatedEntityKey(),
      );
      this.workflow.close();
      onComplete(EditorState.push(editorState, changed, 'insert-characters'));
    }
  }

  // By its name alone, the tooltip would take it for the outline of a picture.
  const icon = React.createElement(window.wagtail.components.Icon, { name: 'mobile-alt' });

  const Contact = (props) => {
    const { number } = props.contentState.getEntity(props.entityKey).getData();
    return React.createElement(
      draftail.TooltipEntity,
      { ...props, icon, label: number || '?', url: null },
      props.children,
    );
  };

  draftail.registerPlugin(
    { type: 'CONTACT', source: ContactSource, decorator: Contact },
    'entityTypes',
  );
})();
